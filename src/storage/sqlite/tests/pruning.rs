//! Retention on a real file.

use std::time::Duration;

use crate::storage::Log as _;
use crate::storage::retention::policy::MOST_ROWS;
use crate::storage::{Counts, Removed, RetentionPolicy};

use super::*;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A delivery accepted on this day, with a long body, attempted this many times, and ended like this.
pub async fn on_day(store: &Store, day: i64, tries: u32, next: Option<Next>) -> DeliveryId {
    let mut new = accepted(day * DAY);
    new.request.as_mut().unwrap().body = vec![b'x'; 6000];
    store.enqueue(vec![new.clone()]).await.unwrap();
    for n in 1..=tries {
        let waits = Next::Retry(at(day * DAY + 1));
        let mut outcome =
            outcome(new.id, place(store, new.id).await, n, next.filter(|_| n == tries).unwrap_or(waits));
        outcome.attempt.started_at = at(day * DAY);
        store.record([outcome].into()).await.unwrap();
    }
    new.id
}

async fn ids(store: &Store) -> Vec<DeliveryId> {
    let all = crate::storage::Filter { limit: usize::MAX, ..Default::default() };
    let mut ids: Vec<_> = store.deliveries(&all).await.unwrap().iter().map(|row| row.id).collect();
    ids.reverse();
    ids
}

/// Deliveries and attempts on disk.
pub async fn rows(store: &Store) -> u64 {
    let sql = "SELECT (SELECT count(*) FROM delivery) + (SELECT count(*) FROM attempt)";
    let all = store.read(move |tx| Ok(tx.query_row(sql, [], |row| row.get::<_, i64>(0))?)).await;
    all.unwrap().try_into().unwrap()
}

/// Removes everything outdated. Returns the total. Each call writes once, so everything that it removes is removed in
/// one transaction.
async fn prune(store: &Store, keep: RetentionPolicy, now: Timestamp) -> Removed {
    let told = store.outdated(keep, now).await.unwrap();
    let (mut all, mut after) = (Removed::default(), None);
    loop {
        let before = rows(store).await;
        let (removed, next) = store.prune_next(keep, now, after).await.unwrap();
        let gone = before - rows(store).await;
        assert_eq!(gone, removed.deliveries + removed.attempts);
        assert!(gone <= MOST_ROWS, "{gone} rows in one transaction");
        all.add(removed);
        after = next;
        if after.is_none() {
            assert_eq!(all, told, "what was counted is what went");
            return all;
        }
    }
}

#[tokio::test]
async fn what_ended_long_ago_goes_and_what_is_pending_stays() {
    let (_folder, store) = store();
    let pending = [on_day(&store, 0, 0, None).await, on_day(&store, 0, 2, None).await];
    for next in [Next::Delivered, Next::Failed] {
        on_day(&store, 1, 2, Some(next)).await;
    }
    let young = on_day(&store, 9, 1, Some(Next::Failed)).await;
    // Accepted long ago, and cancelled just now.
    let cancelled = on_day(&store, 0, 1, None).await;
    assert!(store.cancel(cancelled).await.unwrap());

    let keep = RetentionPolicy { days: 5, deliveries: 0 };
    assert_eq!(prune(&store, keep, at(5 * DAY)).await, Removed::default());
    let gone = prune(&store, keep, at(10 * DAY)).await;
    assert_eq!(gone, Removed { deliveries: 2, attempts: 4 });
    assert_eq!(ids(&store).await, [pending[0], pending[1], young, cancelled]);
    let counts = store.counts().await.unwrap();
    assert_eq!(counts, Counts { queued: 1, waiting: 1, delivered: 0, failed: 1, cancelled: 1 });
    let attempts = store
        .read(|tx| Ok(tx.query_row("SELECT count(*) FROM attempt", [], |row| row.get::<_, i64>(0))?))
        .await;
    assert_eq!(attempts, Ok(4));
    assert_eq!(
        prune(&store, RetentionPolicy { days: 0, deliveries: 0 }, at(90 * DAY)).await,
        Removed::default()
    );
}

#[tokio::test]
async fn a_long_log_goes_in_small_batches() {
    let (_folder, store) = store();
    let all: Vec<_> = (0..900).map(accepted).collect();
    store.enqueue(all.clone()).await.unwrap();
    for n in 1..=3u32 {
        // Some fail at once, and others at the third attempt.
        let tried = all.iter().enumerate().filter(|(at, _)| n == 1 || at % 3 > 0);
        let records = tried.map(|(at, new)| {
            let next = if at % 3 == 0 || n == 3 {
                Next::Failed
            } else {
                Next::Retry(crate::storage::sqlite::tests::at(1))
            };
            record(&store, new.id, n, next)
        });
        futures_util::future::join_all(records).await;
    }
    let gone = prune(&store, RetentionPolicy { days: 0, deliveries: 100 }, at(0)).await;
    assert_eq!(gone.deliveries, 800);
    assert_eq!(ids(&store).await[0], all[800].id);
}

#[tokio::test]
async fn of_too_many_the_oldest_go() {
    let (_folder, store) = store();
    let mut all = Vec::new();
    for day in 0..40 {
        let next = if day % 3 == 0 { Next::Delivered } else { Next::Failed };
        all.push(on_day(&store, day, 1, Some(next)).await);
    }
    let pending = on_day(&store, 0, 0, None).await;
    let keep = RetentionPolicy { days: 0, deliveries: 15 };
    assert_eq!(prune(&store, keep, at(0)).await.deliveries, 25);
    assert_eq!(ids(&store).await, [&all[25..], &[pending]].concat());
    // By age, and then the rest by number.
    let keep = RetentionPolicy { days: 10, deliveries: 5 };
    assert_eq!(prune(&store, keep, at(40 * DAY)).await.deliveries, 10);
    assert_eq!(ids(&store).await, [&all[35..], &[pending]].concat());
}

#[tokio::test]
async fn what_is_removed_is_wiped_from_the_pages_that_stay() {
    let (folder, store) = store();
    let mut new = accepted(0);
    new.request.as_mut().unwrap().body = b"a body that nobody may find again".to_vec();
    let stays = accepted(1);
    store.enqueue(vec![new.clone(), stays]).await.unwrap();
    assert!(store.cancel(new.id).await.unwrap());
    let gone = prune(
        &store,
        RetentionPolicy { days: 1, deliveries: 0 },
        Timestamp::now() + Duration::from_hours(48),
    )
    .await;
    assert_eq!(gone.deliveries, 1);
    store.close();
    let bytes = std::fs::read(folder.path().join("a.db")).unwrap();
    let text = b"nobody may find again";
    assert!(!bytes.windows(text.len()).any(|part| part == text));
}
