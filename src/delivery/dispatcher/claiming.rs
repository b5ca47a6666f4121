//! Claims due deliveries from the queue, and releases those that are not started.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::{JoinError, JoinHandle};

use super::news::News;
use super::sweep::Sweep;
use super::{Dispatcher, Step, TROUBLE_PAUSE};
use crate::clock;
use crate::record::{Job, JobRef, expiry};
use crate::storage::{Claimed, Demand, Queue, QueueError, Wakeup};

/// The maximum number of deliveries read and not started.
const READ_AHEAD: usize = 2048;

/// The same if other senders may send from the same store: what one of them has read, no other can start.
const READ_AHEAD_OF_OTHERS: usize = 512;

/// The state of claiming.
#[derive(Default)]
pub struct Claiming {
    /// The claim in progress, and the wake-up that it was based on.
    pub asked: Option<(JoinHandle<Result<Claimed, QueueError>>, Wakeup)>,
    /// Deliveries that will not be started: they are released before the next claim.
    pub unstarted: Vec<JobRef>,
    /// Deliveries being released before the claim in progress.
    pub releasing: Option<Arc<[JobRef]>>,
    /// There is something new, which may be for an endpoint with free slots.
    pub fresh: bool,
    /// The same, but perhaps only of what cannot be sent now.
    pub news: News,
    /// There may be more of what was claimed.
    pub more: bool,
    /// Not before this time: the last claim failed.
    pub not_before: Option<Instant>,
    /// The position of the queue's round over the lanes.
    pub sweep: Sweep,
}

impl<Q: Queue> Dispatcher<Q> {
    /// Releases what was claimed and is not started. If that fails, leaving the seat releases it.
    pub(super) async fn release_unstarted(&mut self) {
        self.forget_read();
        let mut unstarted = std::mem::take(&mut self.claiming.unstarted);
        unstarted.extend(self.claiming.releasing.iter().flat_map(|jobs| jobs.iter()));
        if let Some((asked, _)) = self.claiming.asked.take() {
            asked.abort();
            if let Ok(Ok(claimed)) = asked.await {
                unstarted.extend(claimed.jobs.iter().map(|job| job.reference));
            }
        }
        let _ = self.queue.release(&unstarted).await;
    }

    /// Returns what was read and is not started to the queue.
    pub(super) fn forget_read(&mut self) {
        self.endpoints.take_read(&mut self.claiming.unstarted);
    }

    /// Claims more, unless a claim is in progress, there is no more, or there is enough.
    pub(super) fn ask(&mut self, seen: Wakeup) {
        let now = Instant::now();
        let due = self.next_due.is_some_and(|at| at <= clock::now());
        let rested = self.quarantine.take_rested(now, &mut self.claiming.unstarted);
        if due {
            self.next_due = None;
        }
        self.claiming.fresh |= due | rested | self.claiming.news.take(now);
        let early = self.claiming.not_before.is_some_and(|at| at > now) || self.lease.is_ending();
        if self.claiming.asked.is_some() || !self.wants_to_ask() || early {
            return;
        }
        // Everything that was read is for endpoints without free slots, or no slot is free at all: other endpoints,
        // and manual deliveries, must not wait for those.
        let full = self.in_flight.len() >= self.limits.total && self.claiming.fresh;
        let ahead = if self.queue.lease().is_some() { READ_AHEAD_OF_OTHERS } else { READ_AHEAD };
        if self.endpoints.read() >= ahead && (full || !self.endpoints.can_start()) {
            self.forget_read();
        }
        let limit = ahead.saturating_sub(self.endpoints.read());
        if limit == 0 {
            return;
        }
        if self.claiming.fresh || !self.claiming.sweep.is_unfinished() {
            self.claiming.sweep.begin();
        }
        (self.claiming.fresh, self.claiming.more) = (false, false);
        let (origins, lanes) = self.endpoints.ask(now);
        let (per_origin, after) = (self.limits.per_origin, self.claiming.sweep.after());
        let fleet = self.endpoints.fleet().clone();
        let demand = Demand { now: clock::now(), limit, per_origin, fleet, origins, lanes, after };
        let unstarted = &mut self.claiming.unstarted;
        let releasing = (!unstarted.is_empty()).then(|| std::mem::take(unstarted).into());
        self.claiming.releasing.clone_from(&releasing);
        let queue = Arc::clone(&self.queue);
        let task = tokio::spawn(async move {
            if let Some(unstarted) = releasing {
                queue.release(&unstarted).await?;
            }
            queue.claim(demand).await
        });
        self.claiming.asked = Some((task, seen));
    }

    /// Whether there is something new, or an endpoint is about to run out of read deliveries, or nothing can be
    /// started and lanes are left to examine.
    pub(super) fn wants_to_ask(&self) -> bool {
        self.claiming.fresh
            || (self.claiming.more && self.endpoints.is_thirsty())
            || (self.claiming.sweep.is_unfinished() && !self.endpoints.can_start())
    }

    pub(super) fn answered(&mut self, answer: Result<Result<Claimed, QueueError>, JoinError>, now: Wakeup) {
        let Some((_, asked_at)) = self.claiming.asked.take() else { return };
        let answer = answer.unwrap_or_else(|error| {
            Err(QueueError::Passing(format!("reading due deliveries was aborted: {error}")))
        });
        let answer = match answer {
            Err(error @ (QueueError::Overtaken(_) | QueueError::Outdated(_))) => {
                self.over = Some(error);
                return;
            }
            answer => answer,
        };
        let released = self.claiming.releasing.take();
        let Ok(claimed) = self.board.report(Step::Claim, answer) else {
            // Releasing twice is harmless.
            self.claiming.unstarted.extend(released.iter().flat_map(|jobs| jobs.iter()));
            self.claiming.fresh = true;
            self.claiming.not_before = Some(Instant::now() + TROUBLE_PAUSE);
            return;
        };
        self.claiming.not_before = None;
        self.board.unreadable(claimed.unreadable);
        if now.invalidated != asked_at.invalidated {
            self.claiming.unstarted.extend(claimed.jobs.iter().map(|job| job.reference));
            self.claiming.fresh = true;
            return;
        }
        self.claiming.news.claimed(!claimed.jobs.is_empty() || claimed.is_partial, Instant::now());
        // Something was claimed: there may be more of it than was asked for.
        self.claiming.more |= !claimed.jobs.is_empty();
        self.claiming.sweep.note(claimed.after, claimed.is_partial);
        self.next_due = self.next_due.into_iter().chain(claimed.next_due).min();
        // They need no slot, and so wait for none.
        let expired = |job: &mut Job| expiry::expired(job, clock::now);
        let (mut jobs, waiting) = (claimed.jobs, &mut self.records.waiting);
        jobs.retain_mut(|job| match expired(job) {
            Some(outcome) => {
                waiting.push(outcome);
                false
            }
            None => true,
        });
        self.endpoints.add(jobs, Instant::now());
        self.endpoints.take_surplus(&mut self.claiming.unstarted);
    }
}
