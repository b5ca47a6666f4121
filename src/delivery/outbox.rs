//! The storage that the sender needs, as a trait that it owns.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use jiff::Timestamp;
use tokio::sync::watch;

use super::id::DeliveryId;
use super::record::{Job, NewDelivery, Outcome};

/// The storage could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct OutboxError(pub String);

/// What is due and can start.
#[derive(Debug, Default)]
pub struct Due {
    /// In the order of their turns; of each origin first tries before retries, then by their time.
    pub jobs: Vec<Job>,
    /// When the next one after `now` is due.
    pub next: Option<Timestamp>,
}

/// What is under way, and how much more may be.
#[derive(Debug, Clone)]
pub struct Busy {
    /// Not wanted now: being sent, or left alone for a while.
    pub in_flight: HashSet<DeliveryId>,
    /// Tries under way to each origin that has any.
    pub open: HashMap<String, usize>,
    /// Most tries under way to one origin.
    pub per_origin: usize,
    /// The origin that had the last turn: the next one's comes first.
    pub after: Option<String>,
}

impl Busy {
    /// Nothing is under way.
    #[must_use]
    pub fn idle(per_origin: usize) -> Self {
        Self { in_flight: HashSet::new(), open: HashMap::new(), per_origin, after: None }
    }
}

/// Accepts deliveries, says which are due, and records what came of them. What it has answered with
/// `Ok` is on disk.
pub trait Outbox: Send + Sync + 'static {
    /// Held by the one process that sends; dropping it lets the next one send.
    type Permit: Send + 'static;

    /// The right to send, if no other process has it.
    fn try_permit(&self) -> impl Future<Output = Result<Option<Self::Permit>, OutboxError>> + Send;

    /// Waits until no other process sends from this storage, for as long as that takes.
    fn permit(&self) -> impl Future<Output = Result<Self::Permit, OutboxError>> + Send;

    /// The process that sends from this storage, where that is known.
    fn sending_pid(&self) -> Option<u32>;

    /// Takes a batch of deliveries: all or none.
    fn accept(&self, batch: Vec<NewDelivery>) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// What is due at `now` and can start: at most `limit`, and of no origin more than it has room
    /// for. Fewer than `limit` are all that can. Origins with less under way come first, and no
    /// origin waits for its turn for ever.
    fn due(
        &self,
        now: Timestamp,
        limit: usize,
        busy: Busy,
    ) -> impl Future<Output = Result<Due, OutboxError>> + Send;

    /// Records an attempt. The state of a delivery that was cancelled meanwhile stays.
    fn record(&self, outcome: Outcome) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// Changes whenever something was committed, by whichever process.
    fn changes(&self) -> watch::Receiver<u64>;
}
