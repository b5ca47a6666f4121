//! The queue of a sender, as a trait: the contract between store and sender.
//!
//! ```text
//! join ─► claim ─► (start) ─► record
//!   │       └────► release            what was read ahead and is not started
//!   ├──► renew                        now and then, where the seat is leased
//!   └──► leave                        frees whatever is still claimed
//! ```

mod claimed;
mod clock_source;
mod demand;
mod error;
mod fleet;
mod sender_report;
mod standby;
pub mod turns;
mod wakeup;

pub use claimed::Claimed;
pub use clock_source::ClockSource;
pub use demand::{Demand, LaneLoad, MANUAL, OriginLoad, Pace};
pub use error::QueueError;
pub use fleet::Fleet;
pub use sender_report::SenderReport;
pub use standby::Standby;
pub use wakeup::Wakeup;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::record::{JobRef, Outcome};

/// Hands out due deliveries, one claim at a time, and records their outcomes.
///
/// A store decides how many senders have a seat at a time: `SQLite` one, a server many. After `Ok`, writes survive a
/// crash. No call waits for anything but the store.
pub trait Queue: Send + Sync + 'static {
    /// The permission to claim. Dropping it gives it up, and releases its remaining claims.
    type Seat: Send + 'static;

    /// Waits until this process may send, for as long as that takes, and reports meanwhile what it waits for: another
    /// process that has the only seat, or others that must reduce their attempts to make room.
    ///
    /// On an error it has no seat: outcomes could not be recorded, so nothing must be sent.
    fn join(
        &self,
        standby: impl FnMut(Standby) + Send,
    ) -> impl Future<Output = Result<Self::Seat, QueueError>> + Send;

    /// Ends a [`join`](Self::join) that was dropped before it returned: others must not wait for it.
    fn withdraw(&self) -> impl Future<Output = Result<(), QueueError>> + Send {
        async { Ok(()) }
    }

    /// Gives up the seat, once everything in flight is recorded, and releases remaining claims: others may wait for
    /// that.
    fn leave(&self, seat: Self::Seat) -> impl Future<Output = Result<(), QueueError>> + Send;

    /// How long a seat lasts unless it is [renewed](Self::renew); none if it lasts until it is given up.
    ///
    /// A sender measures by its own clock including sleep, from before its request, and starts nothing in the last
    /// third of a lease.
    fn lease(&self) -> Option<Duration> {
        None
    }

    /// Renews the seat, and with it all claims: it lasts for a lease from now on. Returns the senders that share the
    /// slots of each origin, including this one. Only called for a queue with a [lease](Self::lease).
    ///
    /// Fails with [`QueueError::Overtaken`] if the lease expired before, and others may have the claimed deliveries.
    fn renew(&self, report: SenderReport) -> impl Future<Output = Result<Fleet, QueueError>> + Send {
        let _ = report;
        async { Ok(Fleet::alone()) }
    }

    /// Claims due deliveries that have a free slot ([`Demand::has_room`]): fewer than [`Demand::limit`] means all of
    /// them, unless lanes are left ([`Claimed::is_partial`]). Manual deliveries come first, then origins with less in
    /// flight, and within an origin lanes that are not slow, that have less in flight, and that used less slot time.
    /// No lane starves.
    ///
    /// Of an [ordered](LaneLoad::ordered) lane it claims the oldest pending delivery by order of acceptance, queued or
    /// waiting, if that is due; nothing of the lane while that one waits for its retry. A sender asks so only while it
    /// has claimed nothing of the lane.
    ///
    /// A claim is exclusive: no other one returns the same delivery until it is recorded or released, or its sender
    /// has lost its seat. A call that is dropped before it returns has claimed nothing. Fails with
    /// [`QueueError::Overtaken`] once the seat is lost.
    fn claim(&self, demand: Demand) -> impl Future<Output = Result<Claimed, QueueError>> + Send;

    /// Releases claims as if they had never been made. Deliveries that are not claimed are ignored.
    fn release(&self, unstarted: &[JobRef]) -> impl Future<Output = Result<(), QueueError>> + Send;

    /// Records attempts, all or none, and ends their claims.
    ///
    /// The attempts go into the log in any case. A delivery that is no longer this sender's (cancelled,
    /// removed, or ended by the process that took over) stays as it is, and is among those given back. The
    /// same outcome twice is one.
    fn record(
        &self,
        outcomes: Arc<[Outcome]>,
    ) -> impl Future<Output = Result<Vec<JobRef>, QueueError>> + Send;

    /// Notifications that there may be more to claim, caused by any process.
    fn wakeups(&self) -> watch::Receiver<Wakeup>;

    /// Whose clock decides when a retry is due.
    fn clock(&self) -> ClockSource;

    /// The sender's clock was set by this much and shows `now`: shifts the times of all waiting deliveries by as
    /// much. Afterwards nothing waits longer than its policy allows ([`longest_wait`](crate::record::longest_wait)):
    /// a delivery recorded with a clock that was ahead does not wait until that time. Only called for a queue whose
    /// [clock](Self::clock) is the sender's.
    fn shift(
        &self,
        by: SignedDuration,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), QueueError>> + Send;
}
