//! Taking turns.

use std::collections::HashMap;
use std::collections::HashSet;

use proptest::prelude::*;

use crate::record::Job;
use crate::storage::HealthRules;
use crate::storage::{LaneLoad, OriginLoad};

use super::*;

/// A simplified sender: its claimed deliveries are in flight until it is informed that they have ended.
struct Turns {
    store: Store,
    demand: Demand,
    claimed: HashSet<DeliveryId>,
}

impl Turns {
    fn new(store: &Store, per_origin: usize) -> Self {
        Self { store: store.clone(), demand: Demand::idle(at(0), 0, per_origin), claimed: HashSet::new() }
    }

    async fn ask(&mut self, ms: i64, limit: usize) -> Vec<Job> {
        (self.demand.now, self.demand.limit) = (at(ms), limit);
        let claimed = self.store.claim(self.demand.clone()).await.unwrap();
        self.demand.after = claimed.after;
        for job in &claimed.jobs {
            assert!(self.claimed.insert(job.id()), "it is in flight");
            self.demand.origins.entry(job.origin.clone()).or_default().open += 1;
            self.demand.lanes.entry(job.lane).or_default().open += 1;
        }
        claimed.jobs
    }

    async fn ask_origins(&mut self, ms: i64, limit: usize) -> String {
        self.ask(ms, limit).await.iter().map(|job| letter(&job.origin)).collect()
    }

    async fn end(&mut self, job: &Job) {
        record(&self.store, job.id(), job.attempts + 1, Next::Delivered).await;
        self.claimed.remove(&job.id());
        self.demand.origins.get_mut(&job.origin).unwrap().open -= 1;
        self.demand.lanes.get_mut(&job.lane).unwrap().open -= 1;
    }
}

fn origin(letter: char) -> String {
    format!("https://{letter}.example")
}

fn letter(origin: &str) -> char {
    origin.chars().nth("https://".len()).unwrap()
}

/// Accepts deliveries to the endpoints with these letters, in this order.
async fn accept(store: &Store, letters: &str) -> Vec<DeliveryId> {
    let all: Vec<_> = letters.chars().map(|letter| delivery(&origin(letter))).collect();
    let ids = all.iter().map(|new| new.id).collect();
    store.enqueue(all).await.unwrap();
    ids
}

async fn fail_once(store: &Store, id: DeliveryId, due_ms: i64) {
    record(store, id, 1, Next::Retry(at(due_ms))).await;
}

#[tokio::test]
async fn what_is_under_way_or_has_no_room_is_passed_over() {
    let (_folder, store) = store();
    let ids = accept(&store, "aabbc").await;
    let mut turns = Turns::new(&store, 2);
    assert_eq!(turns.ask(0, 1).await[0].id(), ids[0]);
    turns.demand.after = None;
    turns.demand.origins.insert(origin('b').into(), OriginLoad { open: 2, ..OriginLoad::default() });
    let (_, lane) = place(&store, ids[2]).await;
    turns.demand.lanes.insert(LaneId::new(lane), LaneLoad { open: 2, ..LaneLoad::default() });
    let got: Vec<_> = turns.ask(0, 10).await.iter().map(Job::id).collect();
    assert_eq!(got, [ids[4], ids[1]]);
    assert!(turns.ask(0, 10).await.is_empty());
}

#[tokio::test]
async fn a_long_queue_takes_its_own_room_and_no_more() {
    let (_folder, store) = store();
    accept(&store, &"a".repeat(3_000)).await;
    accept(&store, "zbz").await;
    let mut turns = Turns::new(&store, 3);
    assert_eq!(turns.ask_origins(0, 100).await, "azbaza");
    assert_eq!(turns.ask_origins(0, 100).await, "");
}

#[tokio::test]
async fn who_has_least_under_way_is_next_and_equals_go_round() {
    let (_folder, store) = store();
    accept(&store, &"abc".repeat(10)).await;
    let mut turns = Turns::new(&store, 10);
    let mut got = String::new();
    for _ in 0..7 {
        got += &turns.ask_origins(0, 1).await;
    }
    assert_eq!(got, "abcabca");
    accept(&store, "d").await;
    assert_eq!(turns.ask_origins(0, 1).await, "d", "it has nothing under way");
    assert_eq!(turns.ask_origins(0, 2).await, "bc", "the two of two go on after d, and a has three");
}

/// One slot is free at a time, and each endpoint queues again after using it: by name the first one would have it for
/// ever.
#[tokio::test]
async fn no_name_starves() {
    let (_folder, store) = store();
    accept(&store, &"abcdefgh".repeat(20)).await;
    let mut turns = Turns::new(&store, 4);
    let mut got = String::new();
    for _ in 0..24 {
        let jobs = turns.ask(0, 1).await;
        turns.end(&jobs[0]).await;
        got.push(letter(&jobs[0].origin));
    }
    assert_eq!(got, "abcdefgh".repeat(3));
}

#[tokio::test]
async fn first_attempts_precede_retries_of_their_endpoint_only() {
    let (_folder, store) = store();
    let ids = accept(&store, "aaab").await;
    fail_once(&store, ids[0], 10).await;
    fail_once(&store, ids[3], 20).await;
    let mut turns = Turns::new(&store, 5);
    assert_eq!(turns.ask_origins(20, 2).await, "ab");
    let rest: Vec<_> = turns.ask(20, 9).await.iter().map(Job::id).collect();
    assert_eq!(rest, [ids[2], ids[0]]);
}

#[tokio::test]
async fn a_thousand_due_retries_of_one_hide_nobodys() {
    let (_folder, store) = store();
    let ids = accept(&store, &("a".repeat(1_000) + "bc")).await;
    store
        .write(move |tx| {
            // Rows are numbered in order of arrival.
            let retry = |(row, id): (i64, &DeliveryId)| {
                let ms = [10, 20, 99][usize::try_from(row - 1_000).unwrap_or(0)];
                outcome(*id, (row, 1), 1, Next::Retry(at(ms)))
            };
            let all: Vec<_> = (1..).zip(&ids).map(retry).collect();
            crate::storage::sqlite::queue::record::record_all(tx, &all, HealthRules::disabling_after(0), None)
        })
        .await
        .unwrap();
    let mut turns = Turns::new(&store, 2);
    assert_eq!(turns.ask_origins(50, 10).await, "aba");
    assert_eq!(turns.ask_origins(99, 10).await, "c");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn all_that_can_start_does_and_nothing_else(
        letters in "[a-e]{0,40}",
        failed in proptest::collection::vec(0_i64..30, 0..40),
        per_origin in 1_usize..6,
        limits in proptest::collection::vec(1_usize..12, 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (_folder, store) = store();
        runtime.block_on(async {
            let ids = accept(&store, &letters).await;
            let mut due: HashMap<_, _> = ids.iter().copied().zip(letters.chars()).collect();
            for (id, ms) in ids.iter().zip(&failed) {
                fail_once(&store, *id, *ms).await;
                if *ms > 15 {
                    due.remove(id);
                }
            }
            let mut turns = Turns::new(&store, per_origin);
            for limit in limits {
                let free: usize = ('a'..='e').map(|letter| {
                    let open = turns.demand.origins.get(origin(letter).as_str()).map_or(0, |load| load.open);
                    due.values().filter(|of| **of == letter).count().min(per_origin - open)
                }).sum();
                let jobs = turns.ask(15, limit).await;
                prop_assert_eq!(jobs.len(), free.min(limit));
                for job in &jobs {
                    prop_assert_eq!(due.remove(&job.id()), Some(letter(&job.origin)));
                }
                prop_assert!(turns.demand.origins.values().all(|load| load.open <= per_origin));
                let half: HashSet<_> = jobs.iter().map(Job::id).step_by(2).collect();
                for job in jobs.iter().filter(|job| half.contains(&job.id())) {
                    turns.end(job).await;
                }
            }
            Ok(())
        })?;
    }
}
