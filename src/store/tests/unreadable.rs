//! One row without meaning hides no other, and stops neither the sender nor retention.

use rusqlite::Connection;

use crate::delivery::{Busy, Outbox as _};
use crate::store::{Filter, Keep, inspect};

use super::*;

/// What a column of a delivery may hold that means nothing.
const ODD: [&str; 6] = [
    "event = 'sms-sent'",
    "kind = 'dream'",
    "backoff = 'sideways'",
    "attempts = -1",
    "accepted_at = 9223372036854775807",
    "last_status = 7777777",
];

#[tokio::test]
async fn one_row_without_meaning_hides_no_other() {
    for odd in ODD {
        let (_folder, store) = store();
        let new: Vec<_> = (0..3).map(|_| delivery("https://hooks.example")).collect();
        let id: Vec<_> = new.iter().map(|new| new.id).collect();
        store.accept(new).await.unwrap();
        for id in &id {
            record(&store, *id, 1, Next::Failed).await;
        }
        store.save_profiles(vec![profile(1, "Order SMS")]).await.unwrap();
        let db = Connection::open(store.path()).unwrap();
        let sql = format!("UPDATE delivery SET {odd} WHERE id = ?1");
        assert_eq!(db.execute(&sql, [id[1].bytes()]).unwrap(), 1);

        let found = store.search(&Filter::default(), 1000).await.unwrap();
        let listed: Vec<_> = found.rows.iter().map(|row| row.id).collect();
        assert_eq!(listed, [id[2], id[0]], "{odd}");
        assert!(
            matches!(found.unreadable.as_slice(), [(odd_one, _)] if *odd_one == id[1]),
            "{odd}: {found:?}"
        );
        assert_eq!(store.summaries(id.clone()).await.unwrap().len(), 2, "{odd}");
        assert!(store.delivery(id[1]).await.is_err(), "asked for by its id, it says what is wrong");
        let inspected = inspect(store.path()).unwrap();
        assert_eq!((inspected.unreadable_rows, inspected.unreadable.len()), (1, 1), "{odd}");
        assert!(inspected.unreadable[0].contains(&id[1].to_string()), "{inspected:?}");

        let keep = Keep { days: 0, deliveries: 1 };
        let (removed, _) = store.prune_next(keep, at(99_000), None).await.unwrap();
        assert_eq!(removed.deliveries, 2, "{odd}: the oldest go, with or without meaning");
    }
}

#[tokio::test]
async fn a_queue_goes_on_past_a_row_without_meaning() {
    for odd in ["backoff = 'sideways'", "attempts = -1", "vals = '{'", "method = 'SING'"] {
        let (_folder, store) = store();
        let new: Vec<_> = (0..3).map(|_| delivery("https://hooks.example")).collect();
        let id: Vec<_> = new.iter().map(|new| new.id).collect();
        store.accept(new).await.unwrap();
        let db = Connection::open(store.path()).unwrap();
        db.execute(&format!("UPDATE delivery SET {odd} WHERE id = ?1"), [id[0].bytes()]).unwrap();
        let due = store.due(at(99_000), 10, Busy::idle(usize::MAX)).await.unwrap();
        let jobs: Vec<_> = due.jobs.iter().map(|job| job.id).collect();
        assert_eq!(jobs, id[1..], "{odd}");
        assert_eq!(store.counts().await.unwrap().failed, 1, "{odd}: it has failed, and is looked at once");
    }
}

#[tokio::test]
async fn a_retry_at_a_time_that_no_clock_shows_delays_no_other() {
    let (_folder, store) = store();
    let new = delivery("https://hooks.example");
    let id = new.id;
    store.accept(vec![new]).await.unwrap();
    record(&store, id, 1, Next::Retry(at(9_000))).await;
    let db = Connection::open(store.path()).unwrap();
    db.execute("UPDATE delivery SET due_at = 9223372036854775807", []).unwrap();
    let due = store.due(at(0), 10, Busy::idle(usize::MAX)).await.unwrap();
    assert!(due.jobs.is_empty() && due.next.is_none());
}
