//! The queue of deliveries that a sender works off, as a trait: what a store must do for a sender, and in
//! which words the two talk.
//!
//! ```text
//! join ─► claim ─► (start) ─► record
//!   │       └────► release            what was read ahead and is not started
//!   └──► leave                        frees whatever is still claimed
//! ```

mod claimed;
mod clock_source;
mod demand;
mod error;
mod standby;
pub mod turns;
mod wakeup;

pub use claimed::Claimed;
pub use clock_source::ClockSource;
pub use demand::{Demand, LaneLoad, MANUAL, OriginLoad, Pace};
pub use error::QueueError;
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

    /// Waits until this process may send, for as long as that takes, and says meanwhile what it waits for.
    ///
    /// An error, and it has no seat: outcomes could not be recorded, so nothing must be sent.
    fn join(
        &self,
        standby: impl FnMut(Standby) + Send,
    ) -> impl Future<Output = Result<Self::Seat, QueueError>> + Send;

    /// Gives the seat up after [`QueueError::Overtaken`], once all that was in flight is recorded: the
    /// process that took over may wait for that.
    fn leave(&self, seat: Self::Seat) -> impl Future<Output = Result<(), QueueError>> + Send;

    /// Claims what is due and has room ([`Demand::has_room`]): fewer than [`Demand::limit`] are all that
    /// has, unless lanes are left ([`Claimed::is_partial`]). What a person sent comes first, then origins
    /// with less in flight, and within an origin lanes that are not slow, that have less in flight, and that
    /// used less slot time. No lane waits for its turn for ever.
    ///
    /// A claim is exclusive: no other one gives the same delivery until it is recorded or released, or its
    /// sender has lost its seat or its [lease](Self::lease). A call that is dropped before it answers has claimed
    /// nothing. Fails with [`QueueError::Overtaken`] once another process has taken the seat.
    fn claim(&self, demand: Demand) -> impl Future<Output = Result<Claimed, QueueError>> + Send;

    /// How long a claim lasts unless it is extended; none where it lasts as long as the seat.
    fn lease(&self) -> Option<Duration> {
        None
    }

    /// Extends claims: each lasts for a lease from now on. Gives those that were lost before: they must not
    /// be started.
    fn extend(&self, held: &[JobRef]) -> impl Future<Output = Result<Vec<JobRef>, QueueError>> + Send {
        let _ = held;
        async { Ok(Vec::new()) }
    }

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
