//! Starts attempts, and takes in what came of them.

use std::time::Instant;

use tokio::task::{Id, JoinError};

use super::Dispatcher;
use super::endpoints::{Ended, Ticket};
use crate::clock;
use crate::delivery::attempt::Transport;
use crate::delivery::http::local_trouble::LocalTrouble;
use crate::delivery::sender_status::InFlight;
use crate::record::{ErrorClass, Job, JobRef, Origin, Outcome, retry_decision};
use crate::storage::Queue;

/// What a person sends has one slot more for this many of the total.
const MANUAL_SHARE: usize = 4;

/// An attempt in flight, and its slot.
pub struct InSlot {
    pub job: JobRef,
    pub origin: Origin,
    pub ticket: Ticket,
    /// It finds out whether trouble of this machine is over.
    pub probes: bool,
}

impl<Q: Queue> Dispatcher<Q> {
    pub(super) fn start(&mut self) {
        let now = Instant::now();
        if self.outage.tick(now, &mut self.endpoints) {
            self.claiming.fresh = true;
        }
        self.endpoints.wake(now);
        // What cannot be recorded is not sent on top of that; what another sender may have by now, neither.
        if self.records.not_before.is_some() || self.leases.may_be_over(now) {
            return;
        }
        while self.attempts.len() < self.limits.total
            && self.records.len() < self.limits.unrecorded
            && let Some((job, ticket)) = self.endpoints.start(now)
        {
            self.spawn(job, ticket);
        }
        // Others may have taken all the room: what a person sent does not wait for theirs.
        let manual = self.limits.total + (self.limits.total / MANUAL_SHARE).max(1);
        while self.attempts.len() < manual
            && self.records.len() < self.limits.unrecorded
            && let Some((job, ticket)) = self.endpoints.start_extra(now)
        {
            self.spawn(job, ticket);
        }
    }

    pub(super) fn spawn(&mut self, job: Box<Job>, ticket: Ticket) {
        let Job { reference, ref origin, .. } = *job;
        let probes = self.endpoints.is_held(origin);
        let slot = InSlot { job: reference, origin: origin.clone(), ticket, probes };
        self.started.push((reference.id, InFlight { n: job.attempts + 1, started_at: clock::now() }));
        let (runtime, transport) = self.workers.next();
        let task = self.attempts.spawn_on(attempt(transport, job), runtime);
        self.in_flight.insert(task.id(), slot);
    }

    /// Takes out the try that ended, and with it all others that have.
    pub(super) fn ended(&mut self, first: Result<(Id, Result<Outcome, LocalTrouble>), JoinError>) {
        let now = Instant::now();
        let mut next = Some(first);
        while let Some(ended) = next {
            let (task, came) = match ended {
                Ok((task, came)) => (task, Some(came)),
                Err(error) => (error.id(), None),
            };
            if let Some(InSlot { job, origin, ticket, probes }) = self.in_flight.remove(&task) {
                let outcome = came.as_ref().and_then(|came| came.as_ref().ok());
                self.endpoints.end(&origin, ticket, now, outcome.map(how_it_ended));
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
                    // No attempt was made: nothing is recorded, and the delivery stays as it was.
                    Some(Err(trouble)) => {
                        self.outage.met(&origin, trouble, now, &mut self.endpoints);
                        self.claiming.unstarted.push(job);
                        self.ended.push(job.id);
                    }
                    None => {
                        self.quarantine.add(job, now);
                        self.ended.push(job.id);
                    }
                }
            }
            next = self.attempts.try_join_next_with_id();
        }
    }
}

async fn attempt(transport: Transport, job: Box<Job>) -> Result<Outcome, LocalTrouble> {
    let tried = transport.attempt(&job).await?;
    let failure = tried.attempt.error.as_ref();
    let next = retry_decision::next(job.policy, tried.attempt.n, failure, tried.retry_after, clock::now());
    Ok(Outcome { job: job.reference, lane: job.lane, attempt: tried.attempt, next })
}

fn how_it_ended(outcome: &Outcome) -> Ended {
    match &outcome.attempt.error {
        Some(failure) if failure.class == ErrorClass::Timeout => Ended::TimedOut,
        _ => Ended::InTime,
    }
}
