//! A delivery that succeeds at its first attempt: only the attempt is written, and it moves from one table to another.

use jiff::SignedDuration;
use proptest::prelude::*;
use rusqlite::Connection;

use crate::record::{DeliveryState, LogPosition};
use crate::storage::{Filter, Log as _, RetentionPolicy, StateFilter};

use super::*;

/// A delivery that was delivered at once.
async fn delivered(store: &Store) -> DeliveryId {
    let new = delivery("https://hooks.example");
    let id = new.id;
    store.enqueue(vec![new]).await.unwrap();
    record(store, id, 1, Next::Delivered).await;
    id
}

fn number(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn its_row_stays_as_it_was_accepted_and_reads_as_delivered() {
    let (_folder, store) = store();
    let id = delivered(&store).await;
    let db = Connection::open(store.path()).unwrap();
    assert_eq!(number(&db, "SELECT state + attempts FROM delivery"), 0);
    assert_eq!(number(&db, "SELECT count(*) FROM queued"), 0);
    assert_eq!(number(&db, "SELECT count(*) FROM delivered"), 1);
    let summary = store.delivery(id).await.unwrap().unwrap().summary;
    assert_eq!((summary.state, summary.attempts, summary.due_at), (DeliveryState::Delivered, 1, None));
    assert_eq!((summary.last_status, summary.last_error, summary.last_ms), (Some(200), None, Some(84)));
    assert!(!store.cancel(id).await.unwrap() && !store.retry_now(id).await.unwrap(), "it has ended");
    assert!(due(&store, at(99_000), 10).await.jobs.is_empty());
    store.recount().await.unwrap();
    assert_eq!(store.counts().await.unwrap().delivered, 1);

    let again = DeliveryId::generate();
    store.resend(id, again, at(5_000)).await.unwrap();
    let summary = store.delivery(id).await.unwrap().unwrap().summary;
    assert_eq!((summary.state, summary.again), (DeliveryState::Delivered, Some(again)));

    let all = RetentionPolicy { days: 1, deliveries: 0 };
    let gone =
        store.prune_next(all, Timestamp::now() + SignedDuration::from_hours(48), None).await.unwrap().0;
    assert_eq!((gone.deliveries, gone.attempts), (1, 1));
    assert_eq!(number(&db, "SELECT count(*) FROM delivered"), 0);
    assert_eq!(store.counts().await.unwrap().queued, 1);
}

/// Another sender, one of which was overtaken, had it in flight too.
#[tokio::test]
async fn what_is_recorded_of_it_later_is_added() {
    for (next, status) in [(Next::Delivered, 200), (Next::Failed, 200)] {
        let (_folder, store) = store();
        let id = delivered(&store).await;
        let mut late = outcome(id, place(&store, id).await, 1, next);
        late.attempt.started_at = at(1_001);
        // As if by another epoch.
        let db = Connection::open(store.path()).unwrap();
        db.execute("UPDATE attempt SET epoch = 77", []).unwrap();
        for _ in 0..2 {
            store.record([late.clone()].into()).await.unwrap();
        }
        let details = store.delivery(id).await.unwrap().unwrap();
        assert_eq!((details.summary.state, details.summary.attempts), (DeliveryState::Delivered, 2));
        assert_eq!((details.summary.last_status, details.attempts.len()), (Some(status), 2));
        let counts = store.counts().await.unwrap();
        assert_eq!((counts.queued, counts.delivered, counts.failed), (0, 1, 0));
    }
}

/// Another program changes the state of a delivery in its row.
#[tokio::test]
async fn the_queue_follows_a_state_that_another_program_sets() {
    let (_folder, store) = store();
    let new = delivery("https://hooks.example");
    let id = new.id;
    store.enqueue(vec![new]).await.unwrap();
    let db = Connection::open(store.path()).unwrap();
    db.execute("UPDATE delivery SET state = 3, due_at = NULL", []).unwrap();
    assert!(due(&store, at(99_000), 10).await.jobs.is_empty());
    db.execute("UPDATE delivery SET state = 0, due_at = 1", []).unwrap();
    let jobs = due(&store, at(99_000), 10).await.jobs;
    assert_eq!(jobs.iter().map(Job::id).collect::<Vec<_>>(), [id]);

    // A queue that has lost it gets it back.
    db.execute("DELETE FROM queued", []).unwrap();
    assert!(due(&store, at(99_000), 10).await.jobs.is_empty());
    assert!(store.retry_now(id).await.unwrap());
    assert_eq!(due(&store, at(99_000), 10).await.jobs.len(), 1);
}

/// More lanes than are walked one by one.
#[tokio::test]
async fn those_of_many_lanes_are_listed_in_the_order_of_acceptance() {
    let (_folder, store) = store();
    let new: Vec<_> = (0..60).map(|n| delivery(&format!("https://h{}.example", n % 20))).collect();
    let ids: Vec<_> = new.iter().map(|new| new.id).collect();
    store.enqueue(new).await.unwrap();
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| n % 3 > 0) {
        // Some at a retry.
        if n % 7 == 0 {
            record(&store, *id, 1, Next::Retry(at(1))).await;
        }
        record(&store, *id, if n % 7 == 0 { 2 } else { 1 }, Next::Delivered).await;
    }
    let expected: Vec<_> =
        ids.iter().enumerate().filter(|(n, _)| n % 3 > 0).map(|(_, id)| *id).rev().collect();
    let state = Some(StateFilter::Is(DeliveryState::Delivered));
    let mut filter = Filter { state, limit: 7, ..Filter::default() };
    let mut found = Vec::new();
    loop {
        let page = store.deliveries(&filter).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some(last.position);
        found.extend(page.iter().map(|row| row.id));
    }
    assert_eq!(found, expected);
    filter.before = Some(LogPosition::END);
    assert_eq!(store.count(&filter).await.unwrap(), 40);
}

/// What the log says of deliveries: their states, attempts, last statuses, and the attempts themselves.
async fn log_of(store: &Store, ids: &[DeliveryId]) -> Vec<(DeliveryState, u32, Option<u16>, usize)> {
    let mut log = Vec::new();
    for id in ids {
        let details = store.delivery(*id).await.unwrap().unwrap();
        let of = details.summary;
        log.push((of.state, of.attempts, of.last_status, details.attempts.len()));
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Those delivered at once are moved together, whatever is recorded beside them and in which order.
    #[test]
    fn a_batch_is_recorded_as_its_outcomes_one_by_one(
        lanes in proptest::collection::vec(0_usize..3, 1..40),
        cancelled in proptest::collection::vec(proptest::bool::weighted(0.1), 40),
        recorded in proptest::collection::vec((0_usize..40, 0_u8..8), 0..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ((_one, one), (_other, other)) = (store(), store());
        runtime.block_on(async {
            let new: Vec<_> = lanes.iter().map(|n| delivery(&format!("https://h{n}.example"))).collect();
            let ids: Vec<_> = new.iter().map(|new| new.id).collect();
            for store in [&one, &other] {
                store.enqueue(new.clone()).await.unwrap();
                for (id, _) in ids.iter().zip(&cancelled).filter(|(_, is_cancelled)| **is_cancelled) {
                    store.cancel(*id).await.unwrap();
                }
            }
            let mut outcomes = Vec::new();
            for (n, kind) in recorded {
                let id = ids[n % ids.len()];
                let next = match kind {
                    0 => Next::Failed,
                    1 => Next::Retry(at(9_000)),
                    _ => Next::Delivered,
                };
                outcomes.push(outcome(id, place(&one, id).await, 1, next));
            }
            let batch = one.record(outcomes.clone().into()).await.unwrap();
            let mut each = Vec::new();
            for outcome in outcomes {
                each.extend(other.record([outcome].into()).await.unwrap());
            }
            prop_assert_eq!(batch, each);
            prop_assert_eq!(log_of(&one, &ids).await, log_of(&other, &ids).await);
            prop_assert_eq!(one.counts().await.unwrap(), other.counts().await.unwrap());
            let before = one.counts().await.unwrap();
            one.recount().await.unwrap();
            prop_assert_eq!(one.counts().await.unwrap(), before);
            Ok(())
        })?;
    }
}
