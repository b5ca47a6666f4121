//! What the store alone needs: the leanest tables that can accept an event on the same SQLite, with the same durability
//! and statements that stay prepared. The request is in the row of its delivery, one index finds it by its id and one by
//! its profile; nothing is counted, announced or checked.

use std::time::Instant;

use rusqlite::{Connection, params};
use tempfile::tempdir;
use uuid::Uuid;

use crate::Scale;
use crate::figures::Figure;
use crate::figures::process::processor_seconds;

/// How many events a commit has, and how many events are measured with it.
const BATCHES: [(usize, usize); 5] =
    [(1, 2_000), (16, 100_000), (64, 200_000), (256, 200_000), (500, 200_000)];

/// What is stored for an event of the other measurements.
const URL: &str = "http://127.0.0.1:9/";
const VALUES: &str = r#"{"id":"ee8a1c52-90aa-4c0e-a5ff-9b717aa9130d:1","status":"DELIVRD","recipient":"+919800000083","message":"Hi!"}"#;
const HEADERS: &str = r#"[["User-Agent","ringback/0.1.0"],["webhook-id","01a22916-4b3c-7d11-9f40-5a8c3d2e1f60"],["Content-Type","application/json"]]"#;

pub fn measure(scale: Scale) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (batch, events) in BATCHES {
        let events = scale.of(events);
        let folder = tempdir().unwrap();
        let db = Connection::open(folder.path().join("floor.db")).unwrap();
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;
             CREATE TABLE delivery (
                 seq INTEGER PRIMARY KEY, id BLOB NOT NULL, state INTEGER NOT NULL, lane INTEGER NOT NULL,
                 due_at INTEGER, accepted_at INTEGER NOT NULL, attempts INTEGER NOT NULL, method TEXT, url TEXT,
                 headers TEXT, vals TEXT, body BLOB) STRICT;
             CREATE UNIQUE INDEX delivery_by_id ON delivery (id);
             CREATE INDEX delivery_by_lane ON delivery (lane, seq);",
        )
        .unwrap();
        let (began, processor) = (Instant::now(), processor_seconds());
        for first in (0..events).step_by(batch) {
            accept(&db, first..(first + batch).min(events));
        }
        let (took, spent) =
            (began.elapsed(), processor_seconds().zip(processor).map(|(after, before)| after - before));
        let commits = events.div_ceil(batch) as f64;
        let name = format!("leanest tables, {batch} events a commit");
        figures.push(Figure::new(format!("{name}, ms a commit"), took.as_secs_f64() * 1e3 / commits, None));
        figures.extend(spent.map(|spent| {
            Figure::new(format!("{name}, processor, µs an event"), spent * 1e6 / events as f64, None)
        }));
    }
    figures
}

/// Accepts these events in one commit.
fn accept(db: &Connection, events: std::ops::Range<usize>) {
    db.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
    let insert = "INSERT INTO delivery VALUES (?1, ?2, 0, 1, ?3, ?3, 0, 'POST', ?4, ?5, ?6, ?7)";
    let mut insert = db.prepare_cached(insert).unwrap();
    for number in events {
        let (seq, at) = (i64::try_from(number).unwrap(), 1_764_550_000_000_i64);
        let id = Uuid::now_v7().into_bytes();
        insert.execute(params![seq, id, at, URL, HEADERS, VALUES, VALUES.as_bytes()]).unwrap();
    }
    db.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
}
