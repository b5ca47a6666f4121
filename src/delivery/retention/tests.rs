//! Retention on real files, with concurrent writers.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::record::Next;
use crate::storage::sqlite::tests::pruning::{on_day, rows};
use crate::storage::sqlite::tests::{accepted, delivery, profile, profile_id, record, store};
use crate::storage::{ContentHash, Counts, Receipts as _, Reservation, ReserveRequest, RetentionPolicy};

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
    store.enqueue(long_ago.clone()).await.unwrap();
    let ended = long_ago[..1990].iter().map(|new| record(&store, new.id, 1, Next::Delivered));
    futures_util::future::join_all(ended).await;
    store.shrink(0).await.unwrap();
    let before = store.size().unwrap();
    assert!(before > 6_000_000, "{before}");
    let rows_before = rows(&store).await;

    let (role, status) = watch::channel(SenderStatus::default());
    let keep = RetentionPolicy { days: 1, deliveries: 0 };
    let pace = QUICK;
    let retention = RetentionTask::at(pace, Arc::new(store.clone()), keep, status, |doubt| panic!("{doubt}"));
    // Another process sends: nothing is removed.
    role.send_modify(|now| now.role = SenderRole::Standby(None));
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    assert_eq!(store.counts().await.unwrap().delivered, 1990);

    role.send_modify(|now| now.role = SenderRole::Active);
    let mut accepted_meanwhile = 0;
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while store.counts().await.unwrap().delivered > 0 || store.size().unwrap() > before / 2 {
        assert!(std::time::Instant::now() < deadline, "{:?} {}", store.counts().await, store.size().unwrap());
        store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
        accepted_meanwhile += 1;
    }
    drop(retention);
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
    // The profile was deleted at the current time, which the log does not know otherwise.
    let long_ago = "UPDATE profile SET modified_at = 0, deleted_at = 1";
    rusqlite::Connection::open(store.path()).unwrap().execute(long_ago, []).unwrap();

    let (role, status) = watch::channel(SenderStatus::default());
    role.send_modify(|now| now.role = SenderRole::Active);
    let (tell, mut doubts) = tokio::sync::mpsc::unbounded_channel();
    let quick = QUICK;
    let keep = RetentionPolicy { days: 1, deliveries: 0 };
    let retention = RetentionTask::at(quick, Arc::new(store.clone()), keep, status, move |doubt| {
        tell.send(doubt).unwrap();
    });
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
    drop(retention);
    assert_eq!(store.purge_profiles(Timestamp::now()).await, Ok(0), "the profile went, too");
}

#[tokio::test]
async fn receipts_of_yesterday_go_and_others_stay() {
    let (_folder, store) = store();
    let reserve = |key: &str, ago: SignedDuration| ReserveRequest {
        at: Timestamp::now() - ago,
        ..ReserveRequest::new("shop".to_owned(), key.to_owned(), ContentHash::of(&[]), [1; 16])
    };
    let old = (0..2_500).map(|n| store.reserve(reserve(&format!("old {n}"), SignedDuration::from_hours(25))));
    for reserved in futures_util::future::join_all(old).await {
        assert_eq!(reserved, Ok(Reservation::New([1; 16])));
    }
    store.reserve(reserve("young", SignedDuration::from_hours(23))).await.unwrap();
    let keep = RetentionPolicy { days: 0, deliveries: 0 };
    assert_eq!(sweep(&store, keep).await.unwrap(), None);
    let young = store.reserve(reserve("young", SignedDuration::ZERO)).await.unwrap();
    assert_eq!(young, Reservation::Unfinished([1; 16]));
    assert_eq!(store.purge_receipts(Timestamp::now()).await, Ok(0), "all of them went");
}
