//! A lock file that was removed or replaced allows a second session to send: the database decides which of the two
//! may, and the log shows what both sent.

use rusqlite::Connection;

use crate::record::DeliveryState;
use crate::storage::{QueueError, Seat};

use super::*;

async fn due(store: &Store) -> Result<Vec<DeliveryId>, QueueError> {
    let claimed = store.claim(Demand::idle(at(99_000), 10, usize::MAX)).await?;
    release(store, &claimed).await;
    Ok(claimed.jobs.iter().map(Job::id).collect())
}

/// A seat, unless another session has it.
async fn join(store: &Store) -> Option<Seat> {
    let (taken, mut waits) = tokio::sync::mpsc::unbounded_channel();
    tokio::select! {
        seat = store.join(move |_| taken.send(()).unwrap_or_default()) => Some(seat.unwrap()),
        Some(()) = waits.recv() => None,
    }
}

/// Two sessions that both have a lock, the second since the first one's file was removed; and a delivery that the
/// first has in flight.
async fn two() -> (TempDir, [(Store, Seat); 2], DeliveryId) {
    let (folder, first) = store();
    let second = Store::open(first.path()).unwrap();
    let new = delivery("https://hooks.example");
    let id = new.id;
    first.enqueue(vec![new]).await.unwrap();
    let seat = join(&first).await.expect("nobody sends");
    assert!(join(&second).await.is_none(), "one at a time");
    assert_eq!(due(&first).await.unwrap(), [id]);
    std::fs::remove_file(folder.path().join("a.db.lock")).unwrap();
    let later = join(&second).await.expect("nobody has the new file");
    (folder, [(first, seat), (second, later)], id)
}

#[tokio::test]
async fn of_two_with_locks_the_later_one_sends() {
    let (_folder, [(first, _lease), (second, _later)], id) = two().await;
    let error = due(&first).await.unwrap_err();
    assert!(matches!(error, QueueError::Overtaken(_)), "{error}");
    let who = format!("another session (pid {}) sends now: the lock file", std::process::id());
    assert!(error.to_string().contains(&who), "{error}");
    assert_eq!(due(&second).await.unwrap(), [id]);
}

#[tokio::test]
async fn whose_lock_file_is_gone_sends_no_more_though_nobody_else_does() {
    let (folder, store) = store();
    let _seat = join(&store).await.expect("nobody sends");
    store.enqueue(vec![delivery("https://hooks.example")]).await.unwrap();
    let lock = folder.path().join("a.db.lock");
    std::fs::rename(&lock, folder.path().join("aside")).unwrap();
    assert!(matches!(due(&store).await, Err(QueueError::Overtaken(_))));
    std::fs::write(&lock, "").unwrap();
    assert!(matches!(due(&store).await, Err(QueueError::Overtaken(_))), "another file of that name");
}

#[tokio::test]
async fn what_both_sent_stands_in_the_log_twice() {
    let (_folder, [(first, _lease), (second, _later)], id) = two().await;
    let place = place(&first, id).await;
    let mut wakeups = second.wakeups();
    let before = *wakeups.borrow_and_update();
    let of_first = outcome(id, place, 1, Next::Retry(at(11_000)));
    first.record([of_first.clone()].into()).await.unwrap();
    let read_again = wakeups.wait_for(|now| now.invalidated != before.invalidated);
    tokio::time::timeout(std::time::Duration::from_secs(20), read_again)
        .await
        .expect("it reads again")
        .unwrap();
    let mut of_second = outcome(id, place, 1, Next::Delivered);
    of_second.attempt.started_at = at(1_001);
    for _ in 0..2 {
        // A duplicate is ignored.
        second.record([of_second.clone()].into()).await.unwrap();
        first.record([of_first.clone()].into()).await.unwrap();
    }
    let details = second.delivery(id).await.unwrap().unwrap();
    let told: Vec<_> = details.attempts.iter().map(|a| (a.n, a.status, a.started_at)).collect();
    assert_eq!(told, [(1, Some(500), at(1_000)), (2, Some(200), at(1_001))]);
    assert_eq!((details.summary.state, details.summary.attempts), (DeliveryState::Delivered, 2));
    assert_eq!(details.summary.last_error, None);
}

#[tokio::test]
async fn that_one_of_the_two_arrived_counts() {
    let (_folder, [(first, _lease), (second, _later)], id) = two().await;
    let place = place(&first, id).await;
    first.record([outcome(id, place, 1, Next::Failed)].into()).await.unwrap();
    second.record([outcome(id, place, 1, Next::Delivered)].into()).await.unwrap();
    let summary = second.delivery(id).await.unwrap().unwrap().summary;
    assert_eq!(
        (summary.state, summary.attempts, summary.last_status),
        (DeliveryState::Delivered, 2, Some(200))
    );
    let counts = second.counts().await.unwrap();
    assert_eq!((counts.queued, counts.failed, counts.delivered), (0, 0, 1));
}

#[tokio::test]
async fn a_file_of_the_schema_before_opens_and_has_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let db = Connection::open(&path).unwrap();
    for step in ["1", "2", "3"] {
        let file = format!("{}/src/storage/sqlite/file/schema/{step}.sql", env!("CARGO_MANIFEST_DIR"));
        let sql = std::fs::read_to_string(file).unwrap();
        // The first files counted in a trigger with a function of the program.
        db.execute_batch(&sql).unwrap();
    }
    let sql = "INSERT INTO lane (profile_id, origin, by_hand)
                   VALUES ('IN_00000000-0000-0000-0000-000000000001', 'https://hooks.example', 0);
               INSERT INTO delivery (id, state, lane, kind, profile_title, was_tested, retry_count, interval_s,
                   timeout_ms, backoff, attempts, accepted_at, ended_at, last_status, vals)
                   VALUES (zeroblob(16), 2, 1, 'event', 'T', 0, 0, 1, 5000, 'fixed', 1, 7, 8, 200, '{}');
               INSERT INTO attempt (key, started_at, duration_ms, status, response_cut, response_headers,
                   response_body) VALUES (1 << 10 | 1, 7, 1, 200, 0, '[]', x'');
               UPDATE tally SET n = 1 WHERE state = 2;
               PRAGMA application_id = 1382967106; PRAGMA user_version = 3;";
    db.execute_batch(sql).unwrap();
    drop(db);
    let store = Store::open(&path).unwrap();
    let _seat = join(&store).await.expect("nobody sends");
    let before = store.delivery(DeliveryId::from_bytes([0; 16])).await.unwrap().unwrap();
    assert_eq!((before.summary.state, before.attempts.len()), (DeliveryState::Delivered, 1));
    let new = delivery("https://hooks.example");
    let id = new.id;
    store.enqueue(vec![new]).await.unwrap();
    assert_eq!(due(&store).await.unwrap(), [id]);
    record(&store, id, 1, Next::Delivered).await;
    assert!(due(&store).await.unwrap().is_empty());
}
