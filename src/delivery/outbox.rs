//! The storage that the sender needs, as a trait that it owns.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::record::{Job, NewDelivery, Origin, Outcome};

/// The storage could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct OutboxError(pub String);

/// What is due and can start.
#[derive(Debug, Default)]
pub struct Due {
    /// In the order of their turns; of each queue first tries before retries, then by their time.
    pub jobs: Vec<Job>,
    /// When the next one after `now` is due.
    pub next: Option<Timestamp>,
}

/// Where the storage keeps a delivery: told back to it, and of no meaning to the sender.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its row.
    pub row: i64,
    /// Its queue.
    pub lane: i64,
}

/// What is under way, and how much more may be.
#[derive(Debug, Clone)]
pub struct Busy {
    /// Rows not wanted now: being sent, read already, or left alone for a while.
    pub known: HashSet<i64>,
    /// Tries under way, and those read ahead, to each origin that has any.
    pub open: HashMap<Origin, usize>,
    /// Most of those to one origin.
    pub per_origin: usize,
    /// How many more may be read ahead of an origin that ends its tries quickly.
    pub ahead: HashMap<Origin, usize>,
    /// Who had the last turn: the next queue comes first.
    pub after: Option<Place>,
}

impl Busy {
    /// Nothing is under way.
    #[must_use]
    pub fn idle(per_origin: usize) -> Self {
        Self { known: HashSet::new(), open: HashMap::new(), per_origin, ahead: HashMap::new(), after: None }
    }

    /// The most that may be open of this origin.
    #[must_use]
    pub fn most(&self, origin: &str) -> usize {
        self.per_origin + self.ahead.get(origin).copied().unwrap_or(0)
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

    /// Takes a batch of deliveries: all or none.
    fn accept(&self, batch: Vec<NewDelivery>) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// What is due at `now` and can start: at most `limit`, and of no origin more than it has room
    /// for. Fewer than `limit` are all that can. Origins with less under way come first, and no
    /// queue waits for its turn for ever.
    fn due(
        &self,
        now: Timestamp,
        limit: usize,
        busy: Busy,
    ) -> impl Future<Output = Result<Due, OutboxError>> + Send;

    /// Records attempts: all or none. The state of a delivery that was cancelled meanwhile stays.
    fn record(&self, outcomes: Arc<[Outcome]>) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// The clock was set: moves the time of all that waits by as much.
    fn shift(&self, by: SignedDuration) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// Changes whenever something was committed, by whichever process.
    fn changes(&self) -> watch::Receiver<u64>;

    /// What there may be to send, told whoever did it.
    fn news(&self) -> watch::Receiver<News>;
}
