//! The queue of deliveries that a sender works off, as a trait: what a store must do for a sender, and in
//! which words the two talk.
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

/// Gives senders what is due, one claim at a time, and records what came of it.
///
/// A store decides how many senders have a seat at a time: `SQLite` one, a server many. Of what is written,
/// `Ok` means that it survives a crash. No call waits for anything but the store.
pub trait Queue: Send + Sync + 'static {
    /// The right to claim. Dropping it gives it up, and releases its remaining claims.
    type Seat: Send + 'static;

    /// Waits until this process may send, for as long as that takes, and says meanwhile what it waits for:
    /// another process that has the only seat, or others that bring their attempts down to make room.
    ///
    /// An error, and it has no seat: outcomes could not be recorded, so nothing must be sent.
    fn join(
        &self,
        standby: impl FnMut(Standby) + Send,
    ) -> impl Future<Output = Result<Self::Seat, QueueError>> + Send;

    /// Gives the seat up, once all that was in flight is recorded, and frees what is still claimed: others
    /// may wait for that.
    fn leave(&self, seat: Self::Seat) -> impl Future<Output = Result<(), QueueError>> + Send;

    /// How long a seat lasts unless it is [renewed](Self::renew); none where it lasts until it is left.
    ///
    /// A sender reckons by a clock of its own that counts sleep, from before it asked, and starts nothing in the
    /// last third of a lease.
    fn lease(&self) -> Option<Duration> {
        None
    }

    /// Renews the seat, and with it all claims: it lasts for a lease from now on. Gives the senders that
    /// share the slots of each origin, this one included. Only asked of a queue with a [lease](Self::lease).
    ///
    /// Fails with [`QueueError::Overtaken`] if the lease ran out before, and others may have what was claimed.
    fn renew(&self, report: SenderReport) -> impl Future<Output = Result<Fleet, QueueError>> + Send {
        let _ = report;
        async { Ok(Fleet::alone()) }
    }

    /// Claims what is due and has room ([`Demand::has_room`]): fewer than [`Demand::limit`] are all that
    /// has, unless lanes are left ([`Claimed::is_partial`]). What a person sent comes first, then origins
    /// with less in flight, and within an origin lanes that are not slow, that have less in flight, and that
    /// used less slot time. No lane waits for its turn for ever.
    ///
    /// A claim is exclusive: no other one gives the same delivery until it is recorded or released, or its
    /// sender has lost its seat. A call that is dropped before it answers has claimed nothing. Fails with
    /// [`QueueError::Overtaken`] once the seat is lost.
    fn claim(&self, demand: Demand) -> impl Future<Output = Result<Claimed, QueueError>> + Send;

    /// Gives claims back as if they had never been made. What is not claimed is passed over.
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

    /// Whose clock says when a retry is due.
    fn clock(&self) -> ClockSource;

    /// The sender's clock was set by this much and shows `now`: moves the time of all that waits by as
    /// much. After that nothing waits longer than its policy allows
    /// ([`longest_wait`](crate::record::longest_wait)): what was recorded by a clock that was ahead does not
    /// wait until that time comes. Only asked of a queue whose [clock](Self::clock) is the sender's.
    fn shift(
        &self,
        by: SignedDuration,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), QueueError>> + Send;
}
