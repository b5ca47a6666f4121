//! The queue of the store in memory, as a server would implement it: each claim has its own number, any number of
//! senders may join, and due times are compared with the time of the demand.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::lane::Lane;
use super::{MemoryStore, StoredDelivery, Tables};
use crate::profile::{Profile, ProfileId};
use crate::record::{
    DeliveryId, DeliveryState, DeliverySubject, Job, JobRef, LaneId, LastOutcome, Next, Outcome,
};
use crate::storage::queue::turns::Turns;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::{
    Blocks, Claimed, ClockSource, Demand, Fleet, Queue, QueueError, SenderReport, Standby, Wakeup,
};

/// The duration of a lease, as reported to senders.
const LEASE: Duration = Duration::from_secs(15);

pub fn lane_id(lane: usize) -> LaneId {
    LaneId::new(i64::try_from(lane).unwrap())
}

impl Tables {
    /// The due deliveries of a lane: first attempts before retries, then by time and order of acceptance.
    fn due(&self, lane: usize, blocks: &Blocks, demand: &Demand) -> Vec<DeliveryId> {
        let now = demand.now;
        let is_due = |stored: &&StoredDelivery| {
            let row = &stored.details.summary;
            let is_due = match row.state {
                DeliveryState::Queued => true,
                DeliveryState::Waiting => row.due_at.is_some_and(|due| due <= now),
                DeliveryState::Delivered | DeliveryState::Failed | DeliveryState::Cancelled => false,
            };
            stored.lane == lane && stored.claim.is_none() && is_due && blocks.of(row).is_none()
        };
        if demand.is_ordered(lane_id(lane)) {
            let is_pending =
                |stored: &&StoredDelivery| stored.lane == lane && stored.details.summary.state.is_pending();
            let oldest = self.deliveries.iter().filter(is_pending).min_by_key(|s| s.details.summary.position);
            return oldest.filter(is_due).map(|stored| stored.details.summary.id).into_iter().collect();
        }
        let found = self.deliveries.iter().filter(is_due).map(|stored| &stored.details.summary);
        let mut due: Vec<_> = found
            .map(|row| {
                let retry_at = row.due_at.filter(|_| row.state == DeliveryState::Waiting);
                (retry_at, row.position, row.id)
            })
            .collect();
        due.sort_unstable();
        due.into_iter().map(|(.., id)| id).collect()
    }

    fn claim(&mut self, sender: i64, demand: &Demand) -> Claimed {
        let blocks: Blocks = self.blocks().into_iter().collect();
        // Starts after the lane at which the last claim ended.
        let all = 0..self.lanes.len();
        let start = all.clone().position(|lane| Some(lane_id(lane)) > demand.after).unwrap_or(0);
        let mut lanes: Vec<(usize, Vec<DeliveryId>)> = (start..all.end)
            .chain(0..start)
            .filter(|lane| !self.is_recovering(*lane))
            .map(|lane| (lane, self.due(lane, &blocks, demand)))
            .filter(|(_, due)| !due.is_empty())
            .collect();
        let mut turns = Turns::new(demand);
        for (lane, due) in &mut lanes {
            due.reverse();
            let Lane { origin, manual, .. } = &self.lanes[*lane];
            turns.add(lane_id(*lane), origin, *manual);
        }
        turns.begin();
        let mut claimed = Claimed { after: demand.after, ..Claimed::default() };
        while claimed.jobs.len() < demand.limit
            && let Some(place) = turns.next()
        {
            let (lane, due) = &mut lanes[place];
            claimed.jobs.extend(due.pop().and_then(|id| self.claim_one(sender, id)));
            claimed.after = Some(lane_id(*lane));
            turns.put_back(place, !due.is_empty());
        }
        let rows = self.deliveries.iter().map(|stored| &stored.details.summary);
        let waiting = rows.filter(|row| row.state == DeliveryState::Waiting).filter_map(|row| row.due_at);
        claimed.next_due = waiting.filter(|due| *due > demand.now).min();
        self.claim_metered(sender, &blocks, demand, &mut claimed);
        claimed
    }

    pub fn claim_one(&mut self, sender: i64, id: DeliveryId) -> Option<Job> {
        let claim = self.last_claim + 1;
        let stored = self.find_mut(id)?;
        stored.claim = Some((claim, sender));
        let StoredDelivery { details, tested, lane, .. } = stored.clone();
        self.last_claim = claim;
        let Lane { profile_id, origin, manual, last_outcome, .. } = self.lanes[lane].clone();
        let subject = DeliverySubject {
            profile_id: profile_id.to_string(),
            profile_title: details.summary.profile_title,
            event: details.summary.event,
        };
        Some(Job {
            reference: JobRef::new(id, claim),
            lane: lane_id(lane),
            subject: Arc::new(subject),
            origin,
            callback: details.callback?.into(),
            values: details.values,
            policy: details.summary.policy,
            accepted_at: details.summary.accepted_at,
            attempts: details.summary.attempts,
            probes: u32::try_from(details.attempts.iter().filter(|attempt| attempt.is_probe).count())
                .unwrap(),
            is_probe: false,
            manual,
            last_outcome,
            profile: tested.map(|tested| *tested).or_else(|| self.kept_profile(&profile_id)).map(Arc::new),
        })
    }

    /// The profile as stored, even if it is deleted and can be restored.
    fn kept_profile(&self, id: &ProfileId) -> Option<Profile> {
        let deleted = self.deleted.iter().map(|(profile, _)| profile);
        self.profiles.iter().chain(deleted).find(|profile| profile.id == *id).cloned()
    }

    /// Whether a claim is still valid for its delivery.
    fn is_held(&self, job: JobRef) -> bool {
        self.delivery(job.id)
            .is_some_and(|stored| stored.claim.is_some_and(|(claim, _)| claim == job.token()))
    }

    fn release(&mut self, job: JobRef) {
        if self.is_held(job)
            && let Some(stored) = self.find_mut(job.id)
        {
            stored.claim = None;
        }
    }

    /// Records an attempt and ends its claim. False if the delivery no longer belonged to the sender.
    fn finish(&mut self, outcome: &Outcome) -> bool {
        let Outcome { job, attempt, next, .. } = outcome;
        let Some(stored) = self.delivery(job.id) else { return false };
        if stored.details.attempts.contains(attempt) {
            return true;
        }
        let lane = stored.lane;
        if !self.is_held(*job) || !stored.details.summary.state.is_pending() {
            let before = self.failure_mark(job.id);
            if self.log_attempt(job.id, attempt.clone()).is_some() {
                self.note_attempt(job.id);
                self.count_mark(lane, RollupMark::attempt(attempt));
                self.count_marks(lane, RollupMark::times(attempt));
                // It fails otherwise now.
                for mark in before.map(RollupMark::undone).into_iter().chain(self.failure_mark(job.id)) {
                    self.count_mark(lane, mark);
                }
            }
            self.release(*job);
            return false;
        }
        self.record(job.id, attempt.clone(), *next);
        self.release(*job);
        let last_outcome = &mut self.lanes[lane].last_outcome;
        *last_outcome = match next {
            Next::Delivered => Some(LastOutcome::Delivered),
            Next::Failed if !outcome.is_expired() => Some(LastOutcome::Failed),
            Next::Failed | Next::Retry(_) => *last_outcome,
        };
        self.note_metered(lane, outcome);
        self.judge_lane(lane, outcome);
        true
    }
}

/// A seat. Dropping it ends all claims.
#[derive(Debug)]
pub struct MemorySeat {
    store: MemoryStore,
    seq: i64,
}

impl Drop for MemorySeat {
    fn drop(&mut self) {
        self.store.change(|tables| tables.leave(self.seq));
    }
}

impl Queue for MemoryStore {
    type Seat = MemorySeat;

    async fn join(&self, _: impl FnMut(Standby) + Send) -> Result<MemorySeat, QueueError> {
        let seq = self.take_seat().await;
        Ok(MemorySeat { store: self.clone(), seq })
    }

    async fn leave(&self, seat: MemorySeat) -> Result<(), QueueError> {
        drop(seat);
        Ok(())
    }

    fn lease(&self) -> Option<Duration> {
        Some(LEASE)
    }

    async fn renew(&self, report: SenderReport) -> Result<Fleet, QueueError> {
        self.renew_seat(report)
    }

    async fn claim(&self, demand: Demand) -> Result<Claimed, QueueError> {
        let mut tables = self.tables();
        tables.check_seat(self.own_seq())?;
        Ok(tables.claim(self.own_seq(), &demand))
    }

    async fn release(&self, unstarted: &[JobRef]) -> Result<(), QueueError> {
        let mut tables = self.tables();
        for job in unstarted {
            tables.release(*job);
        }
        Ok(())
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
        Ok(self.change(|tables| {
            let lost = outcomes.iter().filter(|outcome| !tables.finish(outcome));
            lost.map(|outcome| outcome.job).collect()
        }))
    }

    fn wakeups(&self) -> watch::Receiver<Wakeup> {
        self.wakeups.subscribe()
    }

    fn clock(&self) -> ClockSource {
        ClockSource::Store
    }

    async fn shift(&self, _: SignedDuration, _: Timestamp) -> Result<(), QueueError> {
        Ok(())
    }
}
