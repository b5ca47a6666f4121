//! The storage that the sender needs, as a trait that it owns.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::record::{Job, NewDelivery, Origin, Outcome};

/// The storage could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OutboxError {
    /// The cause may pass: ask again.
    #[error("{0}")]
    Passing(String),
    /// The cause stays until somebody fixes it.
    #[error("{0}")]
    Lasting(String),
    /// Another session has taken the exclusive lock since: this one must not send any more.
    #[error("{0}")]
    Overtaken(String),
}

/// What a standby finds of the active sender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// Why it sends nothing although something is due: a whole sentence. None while it does its work.
    pub stalled: Option<String>,
    /// When to look again. None: not before something is committed.
    pub look_in: Option<Duration>,
}

/// What is due and can start.
#[derive(Debug, Default)]
pub struct Due {
    /// In the order of their turns; of each queue first tries before retries, then by their time.
    pub jobs: Vec<Job>,
    /// When the next one after `now` is due.
    pub next: Option<Timestamp>,
    /// What was due, cannot be read, and has failed for that: a sentence each.
    pub unreadable: Vec<String>,
    /// For the next question ([`Busy::after`]).
    pub after: Option<i64>,
    /// Lanes are left that were not looked at: ask again, even if nothing was found.
    pub is_partial: bool,
}

/// Of what a person sent of one profile to one endpoint, this many attempts are in flight or read ahead
/// whatever else is.
pub const MANUAL: usize = 4;

/// How fast the attempts of a lane end. A lane is the queue of one profile to one origin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// None has ended yet.
    #[default]
    Unknown,
    /// In less than a second.
    Fast,
    /// They take a second or more, or time out.
    Slow,
}

/// What is in flight or read ahead of one origin.
#[derive(Debug, Clone, Copy, Default)]
pub struct OriginLoad {
    /// All.
    pub open: usize,
    /// What is of fast lanes.
    pub fast: usize,
    /// How much more may be read ahead of its fast lanes.
    pub ahead: usize,
    /// It is left alone for a while: nothing more of it is to be read.
    pub held: bool,
    /// Its name did not resolve lately: it has one attempt at a time.
    pub unresolved: bool,
}

/// What is in flight or read ahead of one lane.
#[derive(Debug, Clone, Copy)]
pub struct LaneLoad {
    /// All.
    pub open: usize,
    /// How fast its attempts end.
    pub pace: Pace,
    /// The slot time that it used recently, in no unit: the least used is the lowest.
    pub used: i64,
}

impl Default for LaneLoad {
    /// Nothing is known of it, and nothing is in flight.
    fn default() -> Self {
        Self { open: 0, pace: Pace::Unknown, used: i64::MIN }
    }
}

/// What is in flight or read ahead, and how much more may be.
#[derive(Debug, Clone)]
pub struct Busy {
    /// Rows not wanted now: being sent, read already, or left alone for a while.
    pub known: HashSet<i64>,
    /// Origins with anything in flight or read ahead, or that end their attempts fast.
    pub origins: HashMap<Origin, OriginLoad>,
    /// Lanes with anything in flight or read ahead, or whose pace is known.
    pub lanes: HashMap<i64, LaneLoad>,
    /// Most attempts in flight to one origin.
    pub per_origin: usize,
    /// The lane after which the storage looks first: as it said itself in [`Due::after`].
    pub after: Option<i64>,
}

impl Busy {
    /// Nothing is in flight.
    #[must_use]
    pub fn idle(per_origin: usize) -> Self {
        let (known, origins, lanes) = Default::default();
        Self { known, origins, lanes, per_origin, after: None }
    }

    /// Whether another of this lane may be read. The first always may, so that the sender knows all
    /// lanes that wait; a slow lane takes no more of the room of fast ones.
    #[must_use]
    pub fn has_room(&self, origin: &OriginLoad, lane: &LaneLoad, manual: bool) -> bool {
        let is_first = lane.open < if manual { MANUAL } else { 1 };
        let has_slot = match lane.pace {
            _ if origin.unresolved => origin.open == 0,
            Pace::Fast => origin.fast < self.per_origin.saturating_add(origin.ahead),
            Pace::Unknown | Pace::Slow => origin.open < self.per_origin,
        };
        !origin.held && (is_first || has_slot)
    }
}

/// What happened to the deliveries that are to be sent, other than by sending them. Only that a
/// number differs means anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// There may be more to send.
    pub arrived: u64,
    /// Something was cancelled, hurried, held or let go, or a profile changed: what was read before
    /// may no longer hold.
    pub steered: u64,
}

/// Accepts deliveries, says which are due, and records what came of them. What it has answered with
/// `Ok` is on disk.
pub trait Outbox: Send + Sync + 'static {
    /// Held by the one process that sends; dropping it lets the next one send.
    type Permit: Send + 'static;

    /// The right to send, if no other process has it. An error, and nobody has it, where what is sent
    /// could not be recorded.
    fn try_permit(&self) -> impl Future<Output = Result<Option<Self::Permit>, OutboxError>> + Send;

    /// Waits until no other process sends from this storage, for as long as that takes; with the same
    /// errors.
    fn permit(&self) -> impl Future<Output = Result<Self::Permit, OutboxError>> + Send;

    /// The process that sends from this storage, where that is known.
    fn sending_pid(&self) -> Option<u32>;

    /// Whether the active sender does its work, for a standby.
    fn watch_sender(&self) -> impl Future<Output = Result<Watched, OutboxError>> + Send {
        async { Ok(Watched::default()) }
    }

    /// Takes a batch of deliveries: all or none.
    fn accept(&self, batch: Vec<NewDelivery>) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// What is due at `now` and has room ([`Busy::has_room`]): at most `limit`. Fewer than `limit` are
    /// all that has, unless lanes are left ([`Due::is_partial`]). What a person sent comes first, then origins with less in flight, and within an
    /// origin lanes that are not slow, that have less in flight, and that used less slot time. No lane
    /// waits for its turn for ever. Fails with [`OutboxError::Overtaken`] once another
    /// session has taken the exclusive lock.
    fn due(
        &self,
        now: Timestamp,
        limit: usize,
        busy: Busy,
    ) -> impl Future<Output = Result<Due, OutboxError>> + Send;

    /// Records attempts: all or none. The state of a delivery that was cancelled meanwhile stays. What
    /// an overtaken sender still had in flight is recorded too; it is steered then, and `due` says why.
    fn record(&self, outcomes: Arc<[Outcome]>) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// The sender of this outbox was overtaken, and has recorded what it had in flight: who took over may
    /// wait for that.
    fn yielded(&self) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// The clock was set by this much and shows `now`: moves the time of all that waits by as much.
    /// After that nothing waits longer than its policy allows ([`longest_wait`](crate::record::longest_wait)): what was
    /// recorded by a clock that was ahead does not wait until that time comes.
    fn shift(
        &self,
        by: SignedDuration,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// Changes whenever something was committed, by whichever process.
    fn changes(&self) -> watch::Receiver<u64>;

    /// What there may be to send, told whoever did it.
    fn news(&self) -> watch::Receiver<News>;
}
