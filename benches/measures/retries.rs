//! The punctuality of retries.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::delivering::{checked, draft, outcome, store};
use crate::endpoint::Endpoint;
use crate::figures::{Figure, percentile};
use jiff::{SignedDuration, Timestamp};
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::Profile;
use ringback::record::{NewDelivery, Next, Outcome};
use ringback::storage::{Demand, Queue, Storage};

/// Waiting retries.
const RETRIES: usize = 10_000;
/// The interval between their due times: ten seconds in all.
const APART: SignedDuration = SignedDuration::from_millis(1);
/// The time before the first one is due.
const HEAD_START: SignedDuration = SignedDuration::from_secs(5);
/// A retry is punctual if it is at most this many milliseconds off.
const IN_TIME_MS: f64 = 50.0;

/// On a new store in a file.
#[allow(dead_code, reason = "the bench of the fleet has a store of its own")]
pub async fn measure() -> [Figure; 3] {
    let endpoint = Endpoint::start(1, 0);
    let profile = checked(&draft(&endpoint.taking()[0]));
    let (_folder, store) = store(std::slice::from_ref(&profile)).await;
    measure_on(&store, &profile, &endpoint).await
}

/// Queues ten thousand retries, and compares their arrival at the endpoint with their due times.
pub async fn measure_on<S>(store: &S, profile: &Profile, endpoint: &Endpoint) -> [Figure; 3]
where
    S: Queue + Storage + Clone,
{
    let new = (0..RETRIES).map(|_| NewDelivery::event(profile, None, Values::default()));
    store.enqueue(new.collect()).await.unwrap();
    let due = put_off(store).await;
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), Limits::default());
    while store.counts().await.unwrap().delivered < RETRIES as u64 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sender.stop().await;
    let arrivals = endpoint.arrivals().await;
    let mut late: Vec<f64> = due.iter().map(|(id, at)| micros_after(arrivals[id], *at) / 1000.0).collect();
    let in_time = late.iter().filter(|late| (0.0..=IN_TIME_MS).contains(*late)).count();
    #[allow(clippy::cast_precision_loss, reason = "ten thousand")]
    let share = in_time as f64 / RETRIES as f64;
    [
        Figure::new("share of 10 000 retries within 50 ms of their time", share, Some(">= 0.99")),
        Figure::new("retry after its time, median, ms", percentile(&mut late, 50), None),
        Figure::new("retry after its time, 99th percentile, ms", percentile(&mut late, 99), None),
    ]
}

#[allow(clippy::cast_precision_loss, reason = "less than an hour")]
fn micros_after(at: i64, due: Timestamp) -> f64 {
    (at - due.as_microsecond()) as f64
}

/// Records a failed first attempt of each, so that their retries are due one after the other. Returns the due times,
/// by ID.
async fn put_off<S: Queue>(store: &S) -> HashMap<String, Timestamp> {
    let seat = store.join(|_| ()).await.unwrap();
    let jobs = store.claim(Demand::idle(Timestamp::now(), RETRIES, RETRIES)).await.unwrap().jobs;
    let from = Timestamp::now() + HEAD_START;
    let times = (0..).map(|n| from + APART * n).map(|at| at.round(jiff::Unit::Millisecond).unwrap());
    let outcomes: Vec<Outcome> =
        jobs.iter().zip(times).map(|(job, at)| outcome(job, 500, Next::Retry(at))).collect();
    let due = outcomes.iter().map(|outcome| (outcome.id().to_string(), outcome.next.retry_at().unwrap()));
    let due: HashMap<_, _> = due.collect();
    assert_eq!(due.len(), RETRIES, "all wait");
    store.record(outcomes.into()).await.unwrap();
    store.leave(seat).await.unwrap();
    due
}
