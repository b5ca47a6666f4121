//! A delivery that a person makes due while its attempt is being recorded.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use crate::support::desk::Desk;
use crate::support::profiles::retried;
use jiff::{SignedDuration, Timestamp};
use ringback::delivery::{Limits, Sender, Transport};
use ringback::receiver::{Behaviour, Receiver};
use ringback::record::{DeliveryState, JobRef, Outcome};
use ringback::storage::{Claimed, ClockSource, Demand, Queue, QueueError, Standby, Store, Wakeup};
use tokio::sync::{Semaphore, watch};

/// A queue whose claims last as long as its records, which return late: each on a permit.
struct LateRecords {
    store: Store,
    recording: Mutex<HashSet<JobRef>>,
    permits: Semaphore,
    /// How many claims have found a delivery that is still being recorded.
    passed_over: watch::Sender<u64>,
}

impl Queue for LateRecords {
    type Seat = <Store as Queue>::Seat;

    async fn join(&self, standby: impl FnMut(Standby) + Send) -> Result<Self::Seat, QueueError> {
        self.store.join(standby).await
    }

    async fn leave(&self, seat: Self::Seat) -> Result<(), QueueError> {
        self.store.leave(seat).await
    }

    async fn claim(&self, demand: Demand) -> Result<Claimed, QueueError> {
        let mut claimed = self.store.claim(demand).await?;
        let recording = self.recording.lock().unwrap().clone();
        let (held, free) = claimed.jobs.into_iter().partition(|job| recording.contains(&job.reference));
        claimed.jobs = free;
        let held: Vec<JobRef> = held.iter().map(|job| job.reference).collect();
        if !held.is_empty() {
            self.store.release(&held).await?;
            self.passed_over.send_modify(|times| *times += 1);
        }
        Ok(claimed)
    }

    async fn release(&self, unstarted: &[JobRef]) -> Result<(), QueueError> {
        self.store.release(unstarted).await
    }

    async fn record(&self, outcomes: Arc<[Outcome]>) -> Result<Vec<JobRef>, QueueError> {
        let jobs = || outcomes.iter().map(|outcome| outcome.job);
        self.recording.lock().unwrap().extend(jobs());
        let recorded = self.store.record(Arc::clone(&outcomes)).await;
        self.permits.acquire().await.unwrap().forget();
        let mut recording = self.recording.lock().unwrap();
        jobs().for_each(|job| _ = recording.remove(&job));
        recorded
    }

    fn wakeups(&self) -> watch::Receiver<Wakeup> {
        self.store.wakeups()
    }

    fn clock(&self) -> ClockSource {
        Queue::clock(&self.store)
    }

    async fn shift(&self, by: SignedDuration, now: Timestamp) -> Result<(), QueueError> {
        self.store.shift(by, now).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_requested_while_its_attempt_is_recorded_is_not_lost() {
    let mut desk = Desk::new();
    desk.stop().await;
    let queue = Arc::new(LateRecords {
        store: desk.store.clone(),
        recording: Mutex::default(),
        permits: Semaphore::new(0),
        passed_over: watch::Sender::default(),
    });
    desk.sender = Some(Sender::start(Arc::clone(&queue), Transport::new(Arc::default()), Limits::default()));
    let behaviour = Behaviour { fail_first: 1, ..Behaviour::default() };
    let endpoint = Receiver::start("127.0.0.1:0".parse().unwrap(), behaviour).await.unwrap();
    let id = desk.accept(&retried(&format!("http://{}/", endpoint.addr()), 1, 3600, 5000)).await;
    desk.until(id, "the first failure", |d| d.summary.attempts == 1).await;

    assert!(desk.store.retry_now(id).await.unwrap());
    queue.passed_over.subscribe().wait_for(|times| *times > 0).await.unwrap();
    queue.permits.add_permits(2);
    let details = desk.ended(id).await;
    assert_eq!((details.summary.state, details.attempts.len()), (DeliveryState::Delivered, 2));
}
