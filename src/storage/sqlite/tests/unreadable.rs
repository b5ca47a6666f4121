//! An invalid row hides no other, and stops neither the sender nor retention.

use rusqlite::Connection;

use crate::storage::inspect;
use crate::storage::{Filter, RetentionPolicy};

use super::*;

/// Unreadable values of a delivery's columns.
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
        store.enqueue(new).await.unwrap();
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
            matches!(found.unreadable.as_slice(), [odd_one] if odd_one.name.contains(&id[1].to_string())),
            "{odd}: {found:?}"
        );
        assert_eq!(store.summaries(id.clone()).await.unwrap().len(), 2, "{odd}");
        assert!(store.delivery(id[1]).await.is_err(), "asked for by its id, it says what is wrong");
        let inspected = inspect(store.path()).unwrap();
        assert_eq!(inspected.unreadable.all, 1, "{odd}");
        assert!(inspected.unreadable.named[0].name.contains(&id[1].to_string()), "{inspected:?}");

        let keep = RetentionPolicy { days: 0, deliveries: 1 };
        let (removed, _) = store.prune_next(keep, at(99_000), None).await.unwrap();
        assert_eq!(removed.deliveries, 2, "{odd}: the oldest go, with or without meaning");
    }
}

#[tokio::test]
async fn a_queue_goes_on_past_a_row_without_meaning() {
    for odd in ["backoff = 'sideways'", "attempts = -1", "headers = '{'", "method = 'SING'"] {
        let (_folder, store) = store();
        let new: Vec<_> = (0..3).map(|_| delivery("https://hooks.example")).collect();
        let id: Vec<_> = new.iter().map(|new| new.id).collect();
        store.enqueue(new).await.unwrap();
        let db = Connection::open(store.path()).unwrap();
        let of_request = ["headers", "method"].iter().any(|column| odd.starts_with(column));
        let (table, key) = if of_request { ("request", "delivery") } else { ("delivery", "seq") };
        let sql = format!("UPDATE {table} SET {odd} WHERE {key} = (SELECT seq FROM delivery WHERE id = ?1)");
        db.execute(&sql, [id[0].bytes()]).unwrap();
        let due = due(&store, at(99_000), 10).await;
        let jobs: Vec<_> = due.jobs.iter().map(Job::id).collect();
        assert_eq!(jobs, id[1..], "{odd}");
        assert_eq!(store.counts().await.unwrap().failed, 1, "{odd}: it has failed, and is looked at once");
    }
}

#[tokio::test]
async fn a_retry_at_a_time_that_no_clock_shows_is_due_now() {
    for odd in ["9223372036854775807", "NULL"] {
        let (_folder, store) = store();
        let new = delivery("https://hooks.example");
        let id = new.id;
        store.enqueue(vec![new]).await.unwrap();
        record(&store, id, 1, Next::Retry(at(9_000))).await;
        let db = Connection::open(store.path()).unwrap();
        db.execute_batch(&format!("PRAGMA ignore_check_constraints = 1; UPDATE delivery SET due_at = {odd}"))
            .unwrap();
        let due = due(&store, at(0), 10).await;
        assert_eq!(due.jobs.iter().map(Job::id).collect::<Vec<_>>(), [id], "{odd}");
    }
}

#[tokio::test]
async fn what_no_lane_leads_to_is_met_and_fails() {
    for (odd, queued, why) in [
        ("id = zeroblob(16)", "", ""),
        ("lane = 99", "lane = 99", "there is no queue 99"),
        ("lane = -5", "lane = -5", "there is no queue -5"),
        ("lane = 99", "", "its queue is another"),
        ("again = NULL", "lane = 99", "there is no queue 99"),
    ] {
        let (_folder, store) = store();
        let new: Vec<_> = (0..2).map(|_| delivery("https://hooks.example")).collect();
        let id: Vec<_> = new.iter().map(|new| new.id).collect();
        store.enqueue(new).await.unwrap();
        let db = Connection::open(store.path()).unwrap();
        let sql = format!("UPDATE delivery SET {odd} WHERE id = ?1");
        db.execute_batch("PRAGMA foreign_keys = 0").unwrap();
        let row = place(&store, id[0]).await.0;
        assert_eq!(db.execute(&sql, [id[0].bytes()]).unwrap(), 1);
        if !queued.is_empty() {
            db.execute(&format!("UPDATE queued SET {queued} WHERE seq = ?1"), [row]).unwrap();
        }
        let due = due(&store, at(99_000), 10).await;
        let jobs: Vec<_> = due.jobs.iter().map(Job::id).collect();
        if odd.starts_with("id") {
            // This one is valid.
            assert_eq!(jobs, [DeliveryId::from_bytes([0; 16]), id[1]]);
            assert_eq!(due.unreadable, [""; 0]);
        } else {
            assert_eq!(jobs, id[1..], "{odd}");
            let told = format!("delivery {} cannot be read ({why})", id[0]);
            assert!(due.unreadable[0].starts_with(&told), "{odd}: {:?}", due.unreadable);
            assert_eq!(store.counts().await.unwrap().failed, 1, "{odd}");
            let left = db.query_row("SELECT count(*) FROM queued", [], |row| row.get::<_, i64>(0));
            assert_eq!(left, Ok(1), "{odd}: it is in no queue");
        }
    }
}

#[tokio::test]
async fn a_row_without_meaning_keeps_no_outcome_from_being_recorded() {
    let odd = [
        "UPDATE lane SET failed_in_row = -1",
        "UPDATE lane SET delivered = NULL, failed_in_row = 9223372036854775807",
        "UPDATE delivery SET state = 7",
        "UPDATE delivery SET attempts = -1",
        "UPDATE delivery SET profile_title = x'c328'",
    ];
    for odd in odd {
        let (_folder, store) = store();
        let new: Vec<_> = (0..2).map(|_| delivery("https://hooks.example")).collect();
        let id: Vec<_> = new.iter().map(|new| new.id).collect();
        store.enqueue(new).await.unwrap();
        let db = Connection::open(store.path()).unwrap();
        loose(&db);
        db.execute(odd, []).unwrap();
        for id in id {
            let outcome = outcome(id, place(&store, id).await, 1, Next::Failed);
            assert!(store.record([outcome].into()).await.is_ok(), "{odd}");
        }
    }
}

/// Removes the constraints on types and values of columns; others still have them.
fn loose(db: &Connection) {
    let sql = "PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; PRAGMA writable_schema = 1;
               UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE type = 'table';
               PRAGMA writable_schema = RESET;";
    db.execute_batch(sql).unwrap();
}
