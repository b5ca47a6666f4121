//! Outcomes that are not on disk yet.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinHandle};

use super::{Dispatcher, Step, TROUBLE_PAUSE};
use crate::delivery::hash::FastMap;
use crate::record::{DeliveryId, JobRef, Origin, Outcome};
use crate::storage::{Queue, QueueError};

/// How long outcomes are gathered since the last record began, while more of them are to come: each record costs a
/// commit, which takes more processor time than sending a few deliveries. An outcome after a pause does not wait.
pub(super) const GATHER: Duration = Duration::from_millis(4);

/// A record in progress, and its outcomes.
pub type Recording = (JoinHandle<Result<Vec<JobRef>, QueueError>>, Arc<[Outcome]>);

/// Outcomes that are not on disk yet.
#[derive(Default)]
pub struct Records {
    pub waiting: Vec<Outcome>,
    pub in_flight: Option<Recording>,
    /// What was read became outdated during it. A claim meanwhile passed over its deliveries, and one of them may have
    /// been made due.
    pub outdated: bool,
    /// How many outcomes came while a record was in progress, on average of the last few.
    pub during: usize,
    /// When the last record was requested.
    pub since: Option<Instant>,
    /// Those of ordered profiles, and their endpoints: the next one of the profile starts after the record.
    pub awaited: FastMap<DeliveryId, Origin>,
    /// Not before this time: the last record failed.
    pub not_before: Option<Instant>,
}

impl Records {
    /// The number of outcomes.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.in_flight.as_ref().map_or(0, |(_, batch)| batch.len())
    }

    /// How many outcomes are gathered at most, of `most` that may be unrecorded: while they are recorded there is room
    /// for half as many again as came lately, so that sending does not wait. On a quick disk these are many, and
    /// commits few.
    pub(super) fn enough(&self, most: usize) -> usize {
        let room = self.during + self.during / 2;
        most.saturating_sub(room).clamp(most / 4, most - most / 4)
    }
}

impl<Q: Queue> Dispatcher<Q> {
    /// Records all waiting outcomes at once.
    pub(super) fn record(&mut self) {
        if self.record_at().is_none_or(|at| at > Instant::now()) {
            return;
        }
        let batch: Arc<[Outcome]> = std::mem::take(&mut self.records.waiting).into();
        let (queue, recorded) = (Arc::clone(&self.queue), Arc::clone(&batch));
        let outcomes = self.outcomes.clone();
        let task = tokio::spawn(async move {
            let not_ours = queue.record(Arc::clone(&recorded)).await?;
            // Does not continue before its subscribers have it: sending waits for complete subscribers.
            outcomes.publish(&recorded).await;
            Ok(not_ours)
        });
        self.records.in_flight = Some((task, batch));
        self.records.since = Some(Instant::now());
    }

    /// When waiting outcomes are to be recorded. None if there are none, or if the end of a record is awaited.
    pub(super) fn record_at(&self) -> Option<Instant> {
        let Records { waiting, in_flight, since, not_before, .. } = &self.records;
        if in_flight.is_some() || waiting.is_empty() {
            return None;
        }
        let enough = self.records.enough(self.limits.unrecorded);
        let more_come = !self.in_flight.is_empty() && waiting.len() < enough;
        let gathered = since.filter(|_| more_come).map(|since| since + GATHER);
        gathered.into_iter().chain(*not_before).max().or_else(|| Some(Instant::now()))
    }

    pub(super) fn recorded(&mut self, result: Result<Result<Vec<JobRef>, QueueError>, JoinError>) {
        let Some((_, batch)) = self.records.in_flight.take() else { return };
        let result = result
            .unwrap_or_else(|error| Err(QueueError::Passing(format!("recording was aborted: {error}"))));
        let result = match result {
            // Reported once, as the reason for the end.
            Err(error @ QueueError::Outdated(_)) => {
                self.over = Some(error);
                Err(())
            }
            result => self.board.report(Step::Record, result).map_err(drop),
        };
        let Ok(not_ours) = result else {
            // Outcomes must not be lost: they are recorded again until they are on disk.
            self.records.waiting.splice(0..0, batch.iter().cloned());
            self.records.not_before = Some(Instant::now() + TROUBLE_PAUSE);
            return;
        };
        self.records.not_before = None;
        self.records.during = usize::midpoint(self.records.during, self.records.waiting.len());
        // A removed delivery may have left its row to another one, which was skipped as claimed.
        self.claiming.fresh |= !not_ours.is_empty() || std::mem::take(&mut self.records.outdated);
        for outcome in &*batch {
            self.updates.end(outcome.id());
            // No attempt ends that would ask for more, and there may be many.
            self.claiming.fresh |= outcome.is_expired();
            // Usually no profile is ordered.
            if !self.records.awaited.is_empty()
                && let Some(origin) = self.records.awaited.remove(&outcome.id())
            {
                self.endpoints.recorded(&origin, outcome.lane, Instant::now());
                self.claiming.fresh = true;
            }
            if let Some(at) = outcome.next.retry_at()
                && !not_ours.contains(&outcome.job)
            {
                self.next_due = Some(self.next_due.map_or(at, |next| next.min(at)));
            }
        }
    }
}
