//! How long the log is kept, on a real file.

use std::time::Duration;

use tokio::sync::watch;

use crate::delivery::{Outbox as _, Role, Sending};

use super::super::prune::MOST_ROWS;
use super::super::{Counts, Keep, Keeping, Removed};
use super::*;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A delivery accepted on this day, with a long body, tried so often, and ended so.
async fn on_day(store: &Store, day: i64, tries: u32, next: Option<Next>) -> DeliveryId {
    let mut new = accepted(day * DAY);
    new.request.as_mut().unwrap().body = vec![b'x'; 6000];
    store.accept(vec![new.clone()]).await.unwrap();
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
    let all = super::super::Filter { limit: usize::MAX, ..Default::default() };
    let mut ids: Vec<_> = store.deliveries(&all).await.unwrap().iter().map(|row| row.id).collect();
    ids.reverse();
    ids
}

/// Deliveries and attempts on disk.
async fn rows(store: &Store) -> u64 {
    let sql = "SELECT (SELECT count(*) FROM delivery) + (SELECT count(*) FROM attempt)";
    let all = store.read(move |tx| Ok(tx.query_row(sql, [], |row| row.get::<_, i64>(0))?)).await;
    all.unwrap().try_into().unwrap()
}

/// Removes to the end. What went in all. Each call writes once, so what it removes is removed in one
/// transaction.
async fn prune(store: &Store, keep: Keep, now: Timestamp) -> Removed {
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

    let keep = Keep { days: 5, deliveries: 0 };
    assert_eq!(prune(&store, keep, at(5 * DAY)).await, Removed::default());
    let gone = prune(&store, keep, at(10 * DAY)).await;
    assert_eq!(gone, Removed { deliveries: 2, attempts: 4 });
    let mut left = vec![pending[0], pending[1], cancelled, young];
    left.sort_unstable();
    assert_eq!(ids(&store).await, left);
    let counts = store.counts().await.unwrap();
    assert_eq!(counts, Counts { queued: 1, waiting: 1, delivered: 0, failed: 1, cancelled: 1 });
    let attempts = store
        .read(|tx| Ok(tx.query_row("SELECT count(*) FROM attempt", [], |row| row.get::<_, i64>(0))?))
        .await;
    assert_eq!(attempts, Ok(4));
    assert_eq!(prune(&store, Keep { days: 0, deliveries: 0 }, at(90 * DAY)).await, Removed::default());
}

#[tokio::test]
async fn a_long_log_goes_in_small_batches() {
    let (_folder, store) = store();
    let all: Vec<_> = (0..900).map(accepted).collect();
    store.accept(all.clone()).await.unwrap();
    for n in 1..=3u32 {
        // Some fail at once, and others at the third try.
        let tried = all.iter().enumerate().filter(|(at, _)| n == 1 || at % 3 > 0);
        let records = tried.map(|(at, new)| {
            let next = if at % 3 == 0 || n == 3 { Next::Failed } else { Next::Retry(super::at(1)) };
            record(&store, new.id, n, next)
        });
        futures_util::future::join_all(records).await;
    }
    let gone = prune(&store, Keep { days: 0, deliveries: 100 }, at(0)).await;
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
    let keep = Keep { days: 0, deliveries: 15 };
    assert_eq!(prune(&store, keep, at(0)).await.deliveries, 25);
    assert_eq!(ids(&store).await, [&[pending][..], &all[25..]].concat());
    // By age, and then by number what is left.
    let keep = Keep { days: 10, deliveries: 5 };
    assert_eq!(prune(&store, keep, at(40 * DAY)).await.deliveries, 10);
    assert_eq!(ids(&store).await, [&[pending][..], &all[35..]].concat());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_keeps_the_file_small_while_others_write() {
    let (folder, store) = store();
    let file = folder.path().join("a.db");
    let long_ago: Vec<_> = (0..2000i64)
        .map(|n| {
            let mut new = accepted(n);
            new.request.as_mut().unwrap().body = vec![b'x'; 3000];
            new
        })
        .collect();
    store.accept(long_ago.clone()).await.unwrap();
    let ended = long_ago[..1990].iter().map(|new| record(&store, new.id, 1, Next::Delivered));
    futures_util::future::join_all(ended).await;
    store.shrink(0).await.unwrap();
    let before = store.size().unwrap();
    assert!(before > 6_000_000, "{before}");
    let rows_before = rows(&store).await;

    let (role, sending) = watch::channel(Sending::default());
    let keep = Keep { days: 1, deliveries: 0 };
    let pace = super::super::keeping::QUICK;
    let keeping = Keeping::at(pace, store.clone(), keep, sending, |doubt| panic!("{doubt}"));
    // Another process sends: nothing goes.
    role.send_modify(|now| now.role = Role::Watches(None));
    store.accept(vec![delivery("https://hooks.example")]).await.unwrap();
    assert_eq!(store.counts().await.unwrap().delivered, 1990);

    role.send_modify(|now| now.role = Role::Sends);
    let mut accepted_meanwhile = 0;
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while store.counts().await.unwrap().delivered > 0 || store.size().unwrap() > before / 2 {
        assert!(std::time::Instant::now() < deadline, "{:?} {}", store.counts().await, store.size().unwrap());
        store.accept(vec![delivery("https://hooks.example")]).await.unwrap();
        accepted_meanwhile += 1;
    }
    drop(keeping);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.delivered, counts.queued), (0, 10 + 1 + accepted_meanwhile));
    assert_eq!(rows_before + 1 + accepted_meanwhile - rows(&store).await, 2 * 1990, "attempts went too");
    assert!(accepted_meanwhile > 1, "others' writes go in between");
    let whole: String = rusqlite::Connection::open(&file)
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
}

#[tokio::test]
async fn a_clock_far_ahead_of_the_last_activity_removes_nothing_until_it_is_trusted() {
    let (_folder, store) = store();
    for next in [Next::Delivered, Next::Failed] {
        on_day(&store, 1, 1, Some(next)).await;
    }
    let id = profile_id(1);
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert!(store.delete_profile(&id).await.unwrap());
    // The profile was deleted by the clock of today, of which the log knows nothing otherwise.
    let long_ago = "UPDATE profile SET modified_at = 0, deleted_at = 1";
    store.write(move |tx| Ok(tx.execute(long_ago, [])?)).await.unwrap();

    let (role, sending) = watch::channel(Sending::default());
    role.send_modify(|now| now.role = Role::Sends);
    let (tell, mut doubts) = tokio::sync::mpsc::unbounded_channel();
    let quick = super::super::keeping::QUICK;
    let keep = Keep { days: 1, deliveries: 0 };
    let keeping = Keeping::at(quick, store.clone(), keep, sending, move |doubt| tell.send(doubt).unwrap());
    let doubt = doubts.recv().await.unwrap();
    assert!(doubt.seen < Timestamp::now() && doubt.until > Timestamp::now(), "{doubt}");
    assert_eq!(store.counts().await.unwrap().delivered, 1);
    assert!(store.purge_profiles(Timestamp::MIN).await.is_ok());

    store.trust_clock(Timestamp::now()).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while store.counts().await.unwrap() != Counts::default() {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(keeping);
    assert_eq!(store.purge_profiles(Timestamp::now()).await, Ok(0), "the profile went, too");
}

#[tokio::test]
async fn what_is_removed_is_wiped_from_the_pages_that_stay() {
    let (folder, store) = store();
    let mut new = accepted(0);
    new.request.as_mut().unwrap().body = b"a body that nobody may find again".to_vec();
    let stays = accepted(1);
    store.accept(vec![new.clone(), stays]).await.unwrap();
    assert!(store.cancel(new.id).await.unwrap());
    let gone =
        prune(&store, Keep { days: 1, deliveries: 0 }, Timestamp::now() + Duration::from_hours(48)).await;
    assert_eq!(gone.deliveries, 1);
    store.close();
    let bytes = std::fs::read(folder.path().join("a.db")).unwrap();
    let text = b"nobody may find again";
    assert!(!bytes.windows(text.len()).any(|part| part == text));
}
