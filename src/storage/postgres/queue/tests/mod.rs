//! The queue on a real server, with several senders.

mod claiming;
mod conformance;
mod fleet;
mod held_open;
mod metered;
mod orphans;
mod plans;
mod recording;
mod vacuuming;
mod went_back;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock;
use crate::profile::{Event, ProfileId, Region};
use crate::record::{
    Attempt, DeliveryId, ErrorClass, Failure, HeaderList, Job, JobRef, Kind, NewDelivery, Next, Outcome,
};
use crate::storage::postgres::tests::{OnServer, delivery, on_server, store_at};
use crate::storage::postgres::{PgSeat, PgStore};
use crate::storage::{Demand, Fleet, Producer as _, Queue, QueueError, SenderReport};

/// A sender on its own connections, with a seat.
struct Member {
    store: PgStore,
    seat: Option<PgSeat>,
}

impl Member {
    /// One that joins a database, while these make room for it.
    async fn join(on: &OnServer, others: &[&Self]) -> Self {
        Box::pin(Self::join_among(on, others)).await
    }

    async fn join_among(on: &OnServer, others: &[&Self]) -> Self {
        let store = store_at(&on.database.url());
        store.runs("work");
        let joining = async { soon(store.join(|_| ())).await.unwrap() };
        let making_room = async {
            for other in others {
                other.adapt(others.len() + 1).await;
            }
        };
        let (seat, ()) = tokio::join!(joining, making_room);
        let member = Self { store, seat: Some(seat) };
        member.adapt(others.len() + 1).await;
        member
    }

    /// Renews until it is one of this many and has said that it fits among them.
    async fn adapt(&self, senders: usize) -> Fleet {
        let mut adapted_to = None;
        soon(async {
            loop {
                let fleet = self.renew(adapted_to).await.unwrap();
                if fleet.senders() == senders && adapted_to == Some(fleet.newest()) {
                    return fleet;
                }
                adapted_to = Some(fleet.newest());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await
    }

    async fn renew(&self, adapted_to: Option<i64>) -> Result<Fleet, QueueError> {
        self.store.renew(SenderReport { adapted_to, ..SenderReport::default() }).await
    }

    async fn claim(&self, limit: usize) -> Vec<Job> {
        self.try_claim(Demand::idle(clock::now(), limit, 16)).await.unwrap()
    }

    async fn try_claim(&self, demand: Demand) -> Result<Vec<Job>, QueueError> {
        Ok(self.store.claim(demand).await?.jobs)
    }

    /// Records the outcome of a job. Returns whether it was still its own.
    async fn record(&self, job: &Job, next: Next) -> bool {
        self.store.record([outcome(job, next)].into()).await.unwrap().is_empty()
    }

    async fn leave(mut self) {
        soon(self.store.leave(self.seat.take().unwrap())).await.unwrap();
    }

    fn seq(&self) -> i32 {
        self.seat.as_ref().unwrap().id.seq
    }
}

/// The lease of a sender has run out.
fn lapse(on: &OnServer, member: &Member) {
    lapse_seat(on, member.seq());
}

fn lapse_seat(on: &OnServer, seq: i32) {
    on.database.sql(&format!(
        "UPDATE ringback.sender SET seen_until = now() - interval '1 second' WHERE seq = {seq}"
    ));
}

/// An event of the profile of this number, to the host of this letter.
fn event(profile: u128, host: char) -> NewDelivery {
    let id = ProfileId::new(Region::In, uuid::Uuid::from_u128(profile));
    let event = Some(Event::SmsSend);
    let new = delivery(&format!("https://{host}.example"));
    NewDelivery { kind: Kind::Event, profile_id: id, event, accepted_at: clock::now(), ..new }
}

async fn accept(on: &OnServer, new: Vec<NewDelivery>) -> Vec<DeliveryId> {
    let ids = new.iter().map(|new| new.id).collect();
    on.store.enqueue(new).await.unwrap();
    ids
}

fn ids(jobs: &[Job]) -> Vec<DeliveryId> {
    jobs.iter().map(Job::id).collect()
}

fn references(jobs: &[Job]) -> Vec<JobRef> {
    jobs.iter().map(|job| job.reference).collect()
}

fn outcome(job: &Job, next: Next) -> Outcome {
    let failure = Failure { class: ErrorClass::Status, message: "500".to_owned() };
    let attempt = Attempt {
        n: job.attempts + 1,
        started_at: clock::now(),
        duration_ms: 1,
        address: None,
        status: Some(if next == Next::Delivered { 200 } else { 500 }),
        error: (next != Next::Delivered).then_some(failure),
        response_headers: HeaderList::default(),
        response_body: vec![0, 159],
        response_cut: false,
        response_incomplete: None,
        sender: None,
        phases: None,
        is_probe: false,
    };
    Outcome { job: job.reference, lane: job.lane, subject: Arc::clone(&job.subject), attempt, next }
}

/// So many milliseconds from now.
fn in_ms(ms: i64) -> Timestamp {
    clock::later(clock::now(), jiff::SignedDuration::from_millis(ms))
}

/// Waits for something that must happen.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), what).await.expect("it happens")
}
