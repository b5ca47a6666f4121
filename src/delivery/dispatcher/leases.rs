//! Extends claims before they end, where the queue leases them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinHandle};

use super::{Dispatcher, Step, TROUBLE_PAUSE};
use crate::record::JobRef;
use crate::storage::{Queue, QueueError};

/// Claims are extended after one part of so many of a lease: so there is time to ask again.
const EARLY: u32 = 3;

/// An extension in progress, and when it was asked for.
pub type Extending = (JoinHandle<Result<Vec<JobRef>, QueueError>>, Instant);

/// The leases of all that is claimed.
pub struct Leases {
    /// How long a lease lasts; none where a claim needs no extension.
    length: Option<Duration>,
    /// No lease ends sooner than its length after this.
    since: Instant,
    /// When they are extended next.
    next: Instant,
    pub in_flight: Option<Extending>,
}

impl Leases {
    pub fn of(length: Option<Duration>, now: Instant) -> Self {
        let mut leases = Self { length, since: now, next: now, in_flight: None };
        leases.begin(now);
        leases
    }

    /// All that is claimed has a lease that began then or later.
    pub fn begin(&mut self, at: Instant) {
        self.since = at;
        self.next = at + self.length.unwrap_or_default() / EARLY;
    }

    /// Whether a lease may be over: another sender may have what was claimed by it.
    pub fn may_be_over(&self, now: Instant) -> bool {
        self.length.is_some_and(|length| now.saturating_duration_since(self.since) >= length)
    }

    /// When leases are to be extended.
    pub fn next(&self) -> Option<Instant> {
        self.length.map(|_| self.next).filter(|_| self.in_flight.is_none())
    }
}

impl<Q: Queue> Dispatcher<Q> {
    /// Whether anything is claimed.
    pub(super) fn holds_any(&self) -> bool {
        !self.in_flight.is_empty()
            || self.endpoints.read() > 0
            || self.records.len() > 0
            || self.quarantine.jobs().next().is_some()
    }

    /// Has all claims extended, when it is time.
    pub(super) fn extend(&mut self) {
        let now = Instant::now();
        if self.leases.next().is_none_or(|at| at > now) {
            return;
        }
        let held = self.held();
        if held.is_empty() {
            self.leases.begin(now);
            return;
        }
        let queue = Arc::clone(&self.queue);
        let task = tokio::spawn(async move { queue.extend(&held).await });
        self.leases.in_flight = Some((task, now));
    }

    pub(super) fn extended(&mut self, result: Result<Result<Vec<JobRef>, QueueError>, JoinError>) {
        let Some((_, asked_at)) = self.leases.in_flight.take() else { return };
        let result = result.unwrap_or_else(|error| {
            Err(QueueError::Passing(format!("extending claims was aborted: {error}")))
        });
        if let Err(error @ QueueError::Overtaken(_)) = result {
            self.overtaken = Some(error);
            return;
        }
        let Ok(lost) = self.board.told(Step::Extend, result) else {
            self.leases.next = Instant::now() + TROUBLE_PAUSE;
            return;
        };
        self.leases.begin(asked_at);
        if !lost.is_empty() {
            // The next claim says which of those read ahead are still ours. Requests in flight are completed, and
            // their outcomes are distinguished from those of the sender that holds the claim now.
            self.forget_read();
            self.claiming.fresh = true;
        }
    }

    fn held(&self) -> Vec<JobRef> {
        let in_flight = self.in_flight.jobs();
        let read = self.endpoints.read_jobs().map(|job| job.reference);
        in_flight.chain(read).chain(self.records.jobs()).chain(self.quarantine.jobs()).collect()
    }
}
