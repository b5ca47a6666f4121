//! A queue in memory, as a server's would be: claims are rows' lease numbers and not the sender's memory, any
//! number of senders has a seat, and it goes by the clock that it is given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::Subject;
use crate::record::{
    DeliveryId, DeliveryState, Job, JobRef, Kind, LaneId, NewDelivery, Next, Origin, Outcome,
};
use crate::storage::queue::turns::Turns;
use crate::storage::{Claimed, ClockSource, Demand, Queue, QueueError, Standby, Wakeup};

/// A queue in memory.
#[derive(Clone, Default)]
pub struct MemoryQueue {
    rows: Arc<Mutex<Rows>>,
    wakeups: watch::Sender<Wakeup>,
}

#[derive(Default)]
struct Rows {
    /// By their ids, which grow.
    all: BTreeMap<DeliveryId, Stored>,
    /// Profile, origin, and whether a person sent it; by their numbers.
    lanes: Vec<(String, Origin, bool)>,
    /// The last lease.
    lease: i64,
}

struct Stored {
    new: NewDelivery,
    lane: usize,
    state: DeliveryState,
    attempts: u32,
    due_at: Timestamp,
    /// The lease by which it is claimed.
    claimed: Option<i64>,
}

/// Dropped, it frees what is claimed.
pub struct MemorySeat(Arc<Mutex<Rows>>);

impl Drop for MemorySeat {
    fn drop(&mut self) {
        self.0.lock().unwrap().all.values_mut().for_each(|row| row.claimed = None);
    }
}

impl MemoryQueue {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }
}

impl Rows {
    fn lane(&mut self, new: &NewDelivery) -> usize {
        let key = (new.profile_id.to_string(), Origin::from(new.origin.as_str()), new.kind != Kind::Event);
        self.lanes.iter().position(|lane| *lane == key).unwrap_or_else(|| {
            self.lanes.push(key);
            self.lanes.len() - 1
        })
    }

    /// What is due of a lane and not claimed, in its order.
    fn due(&self, lane: usize, now: Timestamp) -> Vec<DeliveryId> {
        let is_due = |row: &Stored| match row.state {
            DeliveryState::Queued => true,
            DeliveryState::Waiting => row.due_at <= now,
            _ => false,
        };
        let of_lane =
            self.all.iter().filter(|(_, row)| row.lane == lane && row.claimed.is_none() && is_due(row));
        let mut due: Vec<_> = of_lane
            .map(|(id, row)| {
                let time = if row.state == DeliveryState::Queued { Timestamp::MIN } else { row.due_at };
                (row.state == DeliveryState::Waiting, time, *id)
            })
            .collect();
        due.sort_unstable();
        due.into_iter().map(|(.., id)| id).collect()
    }

    fn claim(&mut self, id: DeliveryId) -> Option<Job> {
        let (_, origin, manual) = self.lanes.get(self.all.get(&id)?.lane)?.clone();
        self.lease += 1;
        let (lease, row) = (self.lease, self.all.get_mut(&id)?);
        row.claimed = Some(lease);
        Some(Job {
            reference: JobRef::new(id, lease),
            lane: LaneId::new(i64::try_from(row.lane).unwrap()),
            origin,
            callback: row.new.request.clone().ok()?,
            values: row.new.values.clone(),
            policy: row.new.policy,
            attempts: row.attempts,
            manual,
            past: None,
            profile: None,
        })
    }
}

impl Queue for MemoryQueue {
    type Seat = MemorySeat;

    async fn join(&self, _: impl FnMut(Standby) + Send) -> Result<MemorySeat, QueueError> {
        Ok(MemorySeat(Arc::clone(&self.rows)))
    }

    async fn leave(&self, seat: MemorySeat) -> Result<(), QueueError> {
        drop(seat);
        Ok(())
    }

    async fn claim(&self, demand: Demand) -> Result<Claimed, QueueError> {
        let mut rows = self.rows();
        let number = |lane: usize| LaneId::new(i64::try_from(lane).unwrap());
        // Round from the lane after the last one.
        let start = (0..rows.lanes.len()).position(|lane| Some(number(lane)) > demand.after).unwrap_or(0);
        let round = (start..rows.lanes.len()).chain(0..start);
        let mut lanes: Vec<(usize, Vec<DeliveryId>)> =
            round.map(|lane| (lane, rows.due(lane, demand.now))).filter(|(_, due)| !due.is_empty()).collect();
        let mut turns = Turns::new(&demand);
        for (lane, due) in &mut lanes {
            due.reverse();
            let (_, origin, manual) = &rows.lanes[*lane];
            turns.add(number(*lane), origin, *manual);
        }
        turns.begin();
        let mut claimed = Claimed { after: demand.after, ..Claimed::default() };
        while claimed.jobs.len() < demand.limit
            && let Some(place) = turns.next()
        {
            let (lane, due) = &mut lanes[place];
            claimed.jobs.extend(due.pop().and_then(|id| rows.claim(id)));
            claimed.after = Some(number(*lane));
            turns.put_back(place, !due.is_empty());
        }
        let waiting =
            rows.all.values().filter(|row| row.state == DeliveryState::Waiting && row.due_at > demand.now);
        claimed.next_due = waiting.map(|row| row.due_at).min();
        Ok(claimed)
    }

    fn lease(&self) -> Option<Duration> {
        Some(Duration::from_secs(15))
    }

    async fn extend(&self, held: &[JobRef]) -> Result<Vec<JobRef>, QueueError> {
        let rows = self.rows();
        let is_ours =
            |job: &JobRef| rows.all.get(&job.id).is_some_and(|row| row.claimed == Some(job.token()));
        Ok(held.iter().filter(|job| !is_ours(job)).copied().collect())
    }

    async fn release(&self, unstarted: &[JobRef]) -> Result<(), QueueError> {
        let mut rows = self.rows();
        for job in unstarted {
            if let Some(row) = rows.all.get_mut(&job.id).filter(|row| row.claimed == Some(job.token())) {
                row.claimed = None;
            }
        }
        Ok(())
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
        let (mut rows, mut not_ours) = (self.rows(), BTreeSet::new());
        for outcome in &*outcomes {
            let row = rows.all.get_mut(&outcome.id());
            match row.filter(|row| row.claimed == Some(outcome.job.token()) && row.state.is_pending()) {
                Some(row) => {
                    (row.claimed, row.attempts) = (None, outcome.attempt.n);
                    row.state = match outcome.next {
                        Next::Delivered => DeliveryState::Delivered,
                        Next::Failed => DeliveryState::Failed,
                        Next::Retry(at) => {
                            row.due_at = at;
                            DeliveryState::Waiting
                        }
                    };
                }
                None => drop(not_ours.insert(outcome.id())),
            }
        }
        let all = outcomes.iter().map(|outcome| outcome.job);
        Ok(all.filter(|job| not_ours.contains(&job.id)).collect())
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

impl Subject for MemoryQueue {
    async fn put(&self, batch: Vec<NewDelivery>) {
        for new in batch {
            let mut rows = self.rows();
            let lane = rows.lane(&new);
            let (id, due_at) = (new.id, new.accepted_at);
            let row = Stored { new, lane, state: DeliveryState::Queued, attempts: 0, due_at, claimed: None };
            rows.all.insert(id, row);
        }
        self.wakeups.send_modify(|wakeup| wakeup.enqueued += 1);
    }

    async fn cancel_one(&self, id: DeliveryId) {
        self.rows().all.get_mut(&id).expect("it is there").state = DeliveryState::Cancelled;
        self.wakeups.send_modify(|wakeup| wakeup.invalidated += 1);
    }

    async fn state_of(&self, id: DeliveryId) -> Option<DeliveryState> {
        self.rows().all.get(&id).map(|row| row.state)
    }
}
