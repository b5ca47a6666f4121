//! Concurrency: tasks, handles, processes.

use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::storage::Log as _;
use crate::storage::Problem;

use super::*;

const DEADLINE: Duration = Duration::from_secs(5);

/// Waits for notifications until the change is there. Changes before the first notification do not count.
async fn told(changes: &mut watch::Receiver<u64>, mut there: impl AsyncFnMut() -> bool) {
    timeout(DEADLINE, async {
        loop {
            changes.changed().await.unwrap();
            if there().await {
                break;
            }
        }
    })
    .await
    .expect("told in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_writes_at_once_are_all_there() {
    let (_folder, store) = store();
    let mut tasks = JoinSet::new();
    for n in 1..=1_000 {
        let store = store.clone();
        tasks.spawn(async move { store.save_profiles(vec![profile(n, "Order SMS")]).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(store.profiles().await.unwrap().len(), 1_000);
    let commits = *store.changes().borrow();
    assert!(commits < 1_000, "{commits} commits: they share them");
}

#[tokio::test]
async fn one_command_that_fails_hurts_no_other() {
    let (_folder, store) = store();
    let twice = delivery("https://hooks.example");
    store.enqueue(vec![twice.clone()]).await.unwrap();
    let (before, bad, after) = tokio::join!(
        store.save_profiles(vec![profile(1, "Order SMS")]),
        store.enqueue(vec![delivery("https://hooks.example"), twice.clone()]),
        store.save_profiles(vec![profile(2, "Bookings")]),
    );
    before.unwrap();
    after.unwrap();
    assert!(bad.is_err());
    assert_eq!(store.profiles().await.unwrap().len(), 2);
    assert_eq!(due(&store, at(0), 10).await.jobs.len(), 1);
}

#[tokio::test]
async fn own_commits_are_reported() {
    let (_folder, store) = store();
    let mut changes = store.changes();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    // A check of the watcher may still be in progress: it must find nothing new.
    assert!(!store.delete_profile(&profile_id(2)).await.unwrap());
    assert!(store.profiles().await.unwrap().len() == 1);
    assert!(!changes.has_changed().unwrap(), "what changes nothing is no change");
}

#[tokio::test]
async fn one_handle_is_notified_of_the_commits_of_another() {
    let (folder, first) = store();
    let second = Store::open(folder.path().join("a.db")).unwrap();
    for n in 1..=20 {
        let mut changes = second.changes();
        first.save_profiles(vec![profile(n, "Order SMS")]).await.unwrap();
        let wanted = usize::try_from(n).unwrap();
        told(&mut changes, async || second.profiles().await.unwrap().len() == wanted).await;
    }
}

#[tokio::test]
async fn without_notifications_the_file_is_polled() {
    let (folder, first) = store();
    let path = folder.path().join("a.db");
    let second = Store::open_noticing(&path, DEADLINE, |_, _, _| None).unwrap();
    let mut changes = second.changes();
    first.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    told(&mut changes, async || second.profiles().await.unwrap().len() == 1).await;
    drop(first);
    second.close();
    assert!(!folder.path().join("a.db-wal").exists(), "who asks has let go of the file");
}

#[tokio::test]
async fn what_another_accepts_between_two_commits_of_ours_is_news_for_the_sender() {
    let (folder, first) = store();
    // For two seconds it only notices its own commits.
    let second = Store::open_noticing(&folder.path().join("a.db"), DEADLINE, |_, _, _| None).unwrap();
    let wakeups = second.wakeups();
    let before = *wakeups.borrow();
    first.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    second.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    assert_ne!(wakeups.borrow().enqueued, before.enqueued);
}

/// The log is written before the commit takes effect: a notification that comes too early would be as good as none.
#[tokio::test]
async fn a_slow_commit_is_reported_when_it_is_durable() {
    let (folder, store) = store();
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
    let mut changes = store.changes();
    let other = Connection::open(folder.path().join("a.db")).unwrap();
    // With hardly any cache, pages are written to the log long before the commit.
    other.pragma_update(None, "cache_size", 1).unwrap();
    other
        .execute_batch(
            "BEGIN IMMEDIATE;
             UPDATE profile SET title = 'Spilled';
             UPDATE profile_document SET document = document || hex(zeroblob(200000));",
        )
        .unwrap();
    assert_eq!(store.profiles().await.unwrap()[0].title, "Order SMS");
    other.execute_batch("COMMIT").unwrap();
    told(&mut changes, async || store.profiles().await.unwrap()[0].title == "Spilled").await;
}

#[tokio::test]
async fn a_file_that_stays_locked_refuses_the_write_and_nothing_else() {
    let (folder, store) = store();
    drop(store);
    let path = folder.path().join("a.db");
    let store = Store::open_waiting(&path, Duration::from_millis(20)).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap_err();
    assert_eq!(refused.problem, Problem::Locked(Duration::from_millis(20)));
    drop(other);
    store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
}

#[tokio::test]
async fn who_only_reads_waits_for_no_lock_of_another_program() {
    let (folder, first) = store();
    first.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    let other = rusqlite::Connection::open(first.path()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    // Waiting for the other program would take longer than the test.
    let busy = std::time::Duration::from_mins(10);
    let reading = tokio::task::spawn_blocking(move || {
        let store = Store::open_waiting(folder.path().join("a.db"), busy).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut changes = store.changes();
        let read = runtime.block_on(async {
            // The other program's lock is noticed as a possible commit.
            store.0.writer.orders().send(crate::storage::sqlite::engine::write_queue::Order::Look).unwrap();
            changes.changed().await.unwrap();
            store.deliveries(&crate::storage::Filter::default()).await.unwrap().len()
        });
        store.close();
        (folder, read)
    });
    let (_folder, read) = tokio::time::timeout(std::time::Duration::from_mins(1), reading)
        .await
        .expect("it has ended while the other program holds its lock")
        .unwrap();
    assert_eq!(read, 1);
    other.execute_batch("ROLLBACK").unwrap();
}
