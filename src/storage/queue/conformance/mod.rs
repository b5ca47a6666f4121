//! What every queue must do, as tests that run against each: [`conforms!`] names a queue that is new and
//! empty, and gets all of them.

mod cases;
mod memory_queue;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use crate::callback::{Callback, Values};
use crate::profile::{Backoff, Event, Method, ProfileId, Region, RetryPolicy};
use crate::record::{
    Attempt, DeliveryId, DeliveryState, ErrorClass, Failure, Job, Kind, NewDelivery, Next, Outcome,
};
use crate::storage::{Demand, Queue};

/// A queue, and what else the tests need of its store.
pub trait Subject: Queue + Clone {
    /// Accepts deliveries.
    fn put(&self, batch: Vec<NewDelivery>) -> impl Future<Output = ()> + Send;

    /// Cancels a pending delivery.
    fn cancel_one(&self, id: DeliveryId) -> impl Future<Output = ()> + Send;

    /// The state of a delivery.
    fn state_of(&self, id: DeliveryId) -> impl Future<Output = Option<DeliveryState>> + Send;
}

/// Runs each test against the queue that this expression makes, with what must outlive it.
macro_rules! conforms {
    ($name:ident, $new:expr) => {
        mod $name {
            use super::*;

            conforms!(@each $new;
                a_claim_is_exclusive_until_it_is_released
                two_claims_at_once_share_nothing
                what_is_recorded_is_claimed_no_more
                a_retry_is_due_at_its_time
                a_lane_is_in_the_order_of_acceptance_and_first_attempts_precede_retries
                no_more_is_claimed_than_was_asked_for_and_than_has_room
                what_a_person_sent_comes_first
                the_origin_with_the_least_in_flight_is_next_and_equals_go_round
                slow_lanes_come_last
                nothing_is_claimed_of_an_origin_that_is_left_alone
                what_was_cancelled_meanwhile_stays_so_and_is_given_back
                an_outcome_recorded_twice_is_one
                releasing_what_is_not_claimed_does_nothing
                what_is_claimed_is_extended_and_what_is_lost_is_told
                wakeups_tell_what_the_sender_did_not_do_itself
                a_seat_that_is_left_frees_its_claims
                what_waits_moves_with_a_clock_that_was_set
            );
        }
    };
    (@each $new:expr; $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                let (_kept, queue) = $new;
                cases::$case(queue).await;
            }
        )*
    };
}

conforms!(sqlite, crate::storage::sqlite::tests::store());
conforms!(memory, ((), memory_queue::MemoryQueue::default()));

impl Subject for crate::storage::Store {
    async fn put(&self, batch: Vec<NewDelivery>) {
        self.enqueue(batch).await.unwrap();
    }

    async fn cancel_one(&self, id: DeliveryId) {
        assert!(self.cancel(id).await.unwrap());
    }

    async fn state_of(&self, id: DeliveryId) -> Option<DeliveryState> {
        self.delivery(id).await.unwrap().map(|details| details.summary.state)
    }
}

/// A moment in milliseconds since the tests began.
fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
}

/// An event of the profile of this number, to the host of this letter.
fn event(profile: u128, host: char) -> NewDelivery {
    let origin = format!("https://{host}.example");
    NewDelivery {
        id: DeliveryId::generate(),
        kind: Kind::Event,
        profile_id: ProfileId::new(Region::In, uuid::Uuid::from_u128(profile)),
        profile_title: "Order SMS".to_owned(),
        event: Some(Event::SmsSend),
        values: Values::default(),
        request: Ok(Callback {
            method: Method::Get,
            url: format!("{origin}/cb"),
            headers: Vec::new(),
            body: Vec::new(),
        }),
        origin,
        policy: RetryPolicy::new(2, 10, 5000, Backoff::Fixed),
        tested: None,
        accepted_at: at(0),
        run: None,
    }
}

/// A test that a person sent.
fn by_hand(profile: u128, host: char) -> NewDelivery {
    NewDelivery { kind: Kind::Again, ..event(profile, host) }
}

async fn accept<Q: Subject>(queue: &Q, new: Vec<NewDelivery>) -> Vec<DeliveryId> {
    let ids = new.iter().map(|new| new.id).collect();
    queue.put(new).await;
    ids
}

/// What an idle sender claims at this moment.
async fn claim<Q: Subject>(queue: &Q, ms: i64, limit: usize) -> Vec<Job> {
    queue.claim(Demand::idle(at(ms), limit, 16)).await.unwrap().jobs
}

fn ids(jobs: &[Job]) -> Vec<DeliveryId> {
    jobs.iter().map(Job::id).collect()
}

async fn release<Q: Subject>(queue: &Q, jobs: &[Job]) {
    let jobs: Vec<_> = jobs.iter().map(|job| job.reference).collect();
    queue.release(&jobs).await.unwrap();
}

fn outcome(job: &Job, next: Next) -> Outcome {
    let failure = Failure { class: ErrorClass::Status, message: "500".to_owned() };
    let attempt = Attempt {
        n: job.attempts + 1,
        started_at: at(0),
        duration_ms: 1,
        address: None,
        status: Some(if next == Next::Delivered { 200 } else { 500 }),
        error: (next != Next::Delivered).then_some(failure),
        response_headers: Vec::new(),
        response_body: Vec::new(),
        response_cut: false,
        response_incomplete: None,
    };
    Outcome { job: job.reference, lane: job.lane, attempt, next }
}

/// Records what came of a job; whether it was still its sender's.
async fn record<Q: Subject>(queue: &Q, job: &Job, next: Next) -> bool {
    let not_ours = queue.record([outcome(job, next)].into()).await.unwrap();
    assert!(not_ours.iter().all(|given| *given == job.reference));
    not_ours.is_empty()
}

/// Waits for something that must happen.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it happens")
}
