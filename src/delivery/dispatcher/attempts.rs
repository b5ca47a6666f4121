//! Starts attempts, and takes their results.

use std::time::Instant;

use jiff::Timestamp;

use super::Dispatcher;
use super::endpoints::{Ended, Ticket};
use super::in_flight::InSlot;
use super::worker_pool::{Assignment, Finished};
use crate::clock;
use crate::delivery::sender_status::InFlight;
use crate::record::{ErrorClass, Job, Outcome, expiry};
use crate::storage::Queue;

/// Manual deliveries have one additional slot per this many of the total.
const MANUAL_SHARE: usize = 4;

impl<Q: Queue> Dispatcher<Q> {
    pub(super) fn start(&mut self) {
        let now = Instant::now();
        if self.outage.tick(now, &mut self.endpoints) {
            self.claiming.fresh = true;
        }
        self.endpoints.wake(now);
        self.claiming.fresh |= self.endpoints.take_wants_claim();
        // While outcomes cannot be recorded, nothing more is sent.
        if self.records.not_before.is_some() {
            return;
        }
        // The time of all that start now.
        let mut started_at = None;
        // Before each attempt: this process may have been stopped for any time between two of them, and then another
        // sender may have the claimed deliveries.
        while !self.lease.is_ending()
            && self.in_flight.len() < self.limits.total
            && self.records.len() < self.limits.unrecorded
            && let Some((job, ticket)) = self.endpoints.start(now)
        {
            self.give(job, ticket, *started_at.get_or_insert_with(clock::now));
        }
        // Others may use all slots: a manual delivery does not wait for them.
        let manual = self.limits.total + (self.limits.total / MANUAL_SHARE).max(1);
        while !self.lease.is_ending()
            && self.in_flight.len() < manual
            && self.records.len() < self.limits.unrecorded
            && let Some((job, ticket)) = self.endpoints.start_extra(now)
        {
            self.give(job, ticket, *started_at.get_or_insert_with(clock::now));
        }
    }

    pub(super) fn give(&mut self, job: Box<Job>, ticket: Ticket, started_at: Timestamp) {
        // It may have been read ahead for a while.
        if let Some(expired) = expiry::expired(&job, || started_at) {
            let now = Instant::now();
            self.endpoints.end(&job.origin, ticket, now, None);
            // It was to find out whether a problem of this machine is over: the next one does.
            if self.endpoints.is_suspended(&job.origin) {
                self.endpoints.probe(&job.origin, now);
            }
            self.claiming.more = true;
            self.records.waiting.push(expired);
            return;
        }
        let Job { reference, ref origin, .. } = *job;
        let probes = self.endpoints.is_suspended(origin);
        self.updates.start(reference.id, InFlight { n: job.attempts + 1, started_at });
        let number = self.in_flight.add(InSlot { job: reference, origin: origin.clone(), ticket, probes });
        self.workers.give(Assignment { number, job });
    }

    /// Takes attempts that have ended.
    pub(super) fn ended(&mut self) {
        let now = Instant::now();
        let mut finished = std::mem::take(&mut self.finished);
        self.results.take(&mut finished);
        for Finished { number, came } in finished.drain(..) {
            let Some(InSlot { job, origin, ticket, probes }) = self.in_flight.remove(number) else {
                continue;
            };
            let outcome = came.as_ref().and_then(|came| came.as_ref().ok());
            let is_awaited = self.endpoints.end(&origin, ticket, now, outcome.map(how_it_ended));
            if is_awaited {
                self.records.awaited.insert(job.id, origin.clone());
            }
            self.lease.note_ended();
            self.claiming.more = true;
            match came {
                Some(Ok(outcome)) => {
                    if probes {
                        self.outage.over(now, &mut self.endpoints);
                        self.claiming.fresh = true;
                    }
                    self.quarantine.forget(job.id);
                    self.records.waiting.push(outcome);
                }
                // No attempt was made: nothing is recorded, and the delivery is unchanged.
                Some(Err(trouble)) => {
                    self.outage.met(&origin, trouble, now, &mut self.endpoints);
                    self.claiming.unstarted.push(job);
                    self.updates.end(job.id);
                }
                None => {
                    self.quarantine.add(job, now);
                    self.updates.end(job.id);
                }
            }
        }
        self.finished = finished;
    }
}

fn how_it_ended(outcome: &Outcome) -> Ended {
    match &outcome.attempt.error {
        Some(failure) if failure.class == ErrorClass::Timeout => Ended::TimedOut,
        _ => Ended::InTime,
    }
}
