//! The storage that the sender needs, as a trait that it owns.

use std::collections::HashSet;
use std::future::Future;

use jiff::Timestamp;
use tokio::sync::watch;

use super::id::DeliveryId;
use super::record::{Job, NewDelivery, Outcome};

/// The storage could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct OutboxError(pub String);

/// What is due.
#[derive(Debug, Default)]
pub struct Due {
    /// Due now, first tries before retries, then in order of their time.
    pub jobs: Vec<Job>,
    /// When the next one after `now` is due.
    pub next: Option<Timestamp>,
}

/// Which due deliveries are not wanted now.
#[derive(Debug, Default)]
pub struct Busy {
    /// Being sent.
    pub in_flight: HashSet<DeliveryId>,
    /// Origins with as many connections as they may have.
    pub full_origins: HashSet<String>,
}

/// Accepts deliveries, says which are due, and records what came of them. What it has answered with
/// `Ok` is on disk.
pub trait Outbox: Send + Sync + 'static {
    /// Held by the one process that sends; dropping it lets the next one send.
    type Permit: Send + 'static;

    /// Waits until no other process sends from this storage, for as long as that takes.
    fn permit(&self) -> impl Future<Output = Result<Self::Permit, OutboxError>> + Send;

    /// The process that sends from this storage, where that is known.
    fn sending_pid(&self) -> Option<u32>;

    /// Takes a batch of deliveries: all or none.
    fn accept(&self, batch: Vec<NewDelivery>) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// What is due at `now`, at most `limit`, without what is busy.
    fn due(
        &self,
        now: Timestamp,
        limit: usize,
        busy: &Busy,
    ) -> impl Future<Output = Result<Due, OutboxError>> + Send;

    /// Records an attempt. The state of a delivery that was cancelled meanwhile stays.
    fn record(&self, outcome: Outcome) -> impl Future<Output = Result<(), OutboxError>> + Send;

    /// Changes whenever something was committed, by whichever process.
    fn changes(&self) -> watch::Receiver<u64>;
}
