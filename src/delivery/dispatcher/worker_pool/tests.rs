use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::*;
use crate::callback::{Callback, Values};
use crate::clock;
use crate::delivery::http::resolver::{LookupError, Resolver};
use crate::profile::{Backoff, Channel, Draft, Identity, Method, ProfileId, Region, RetryPolicy, Rules};
use crate::record::{DeliveryId, Job, JobRef, LaneId};

/// Panics when it is asked for one name, and never finds others.
struct Buggy;

impl Resolver for Buggy {
    fn find<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        assert_ne!(host, "buggy.example");
        Box::pin(std::future::pending())
    }
}

fn job(url: &str) -> Box<Job> {
    let mut draft = Draft::new(Channel::Sms);
    draft.title = "Test".into();
    draft.endpoint = url.into();
    let now = clock::now();
    let id = ProfileId::new(Region::In, uuid::Uuid::new_v4());
    let identity = Identity { id, created_at: now, modified_at: now };
    let callback =
        Callback { method: Method::Get, url: url.to_owned(), headers: Vec::new(), body: Vec::new() };
    Box::new(Job {
        subject: Arc::default(),
        reference: JobRef::new(DeliveryId::generate(), 1),
        lane: LaneId::new(1),
        origin: Arc::from(url),
        callback: callback.into(),
        values: Values::default(),
        policy: RetryPolicy::new(0, 10, 20_000, Backoff::Fixed),
        accepted_at: crate::clock::now(),
        attempts: 0,
        probes: 0,
        is_probe: false,
        manual: false,
        last_outcome: None,
        profile: Some(Arc::new(draft.check(Rules::STORED, identity).unwrap())),
    })
}

/// The results of this many attempts: their numbers, and whether they panicked.
async fn results(pool: &WorkerPool, n: usize) -> Vec<(usize, bool)> {
    let (mut all, mut some) = (Vec::new(), Vec::new());
    while all.len() < n {
        let ready = tokio::time::timeout(Duration::from_secs(20), pool.results().ready());
        ready.await.expect("they end");
        pool.results().take(&mut some);
        all.extend(some.drain(..).map(|Finished { number, came }| (number, came.is_none())));
    }
    all.sort_unstable();
    all
}

#[tokio::test]
async fn an_attempt_that_panics_takes_no_other_with_it() {
    let transport = Transport::with_resolver(Arc::default(), Arc::new(Buggy));
    // A task of each has an attempt that never ends, beside those that do.
    let mut pool = WorkerPool::new(transport, 2);
    for number in 0..2 {
        pool.give(Assignment { number, job: job("http://waits.example/") });
    }
    for round in 0..3 {
        let first = 2 + round * 4;
        for number in first..first + 4 {
            let url = if number % 4 < 2 { "http://127.0.0.1:1/" } else { "http://buggy.example/" };
            pool.give(Assignment { number, job: job(url) });
        }
        let expected: Vec<(usize, bool)> =
            (first..first + 4).map(|number| (number, number % 4 >= 2)).collect();
        assert_eq!(results(&pool, 4).await, expected);
    }
    // Aborted attempts have no result.
    pool.shut_down().await;
    let mut left = Vec::new();
    pool.results().take(&mut left);
    assert!(left.is_empty());
}
