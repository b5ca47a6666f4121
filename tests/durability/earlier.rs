//! A database file of an earlier version: everything in it is still there after this version has opened it.
//!
//! `earlier/make.sh` says how the file was made, and makes another one.

use rusqlite::Connection;
use serde_json::Value;

use crate::support::cli::Place;

/// The files, and the schema version of each.
const EARLIER: [(&str, i64); 16] = [
    ("schema-6.db", 6),
    ("schema-7.db", 7),
    ("schema-8.db", 8),
    ("schema-9.db", 9),
    ("schema-10.db", 10),
    ("schema-11.db", 11),
    ("schema-12.db", 12),
    ("schema-13.db", 13),
    ("schema-14.db", 14),
    ("schema-15.db", 15),
    ("schema-16.db", 16),
    ("schema-17.db", 17),
    ("schema-18.db", 18),
    ("schema-19.db", 19),
    ("schema-20.db", 20),
    ("schema-21.db", 21),
];

/// A place whose database is this file.
fn place(file: &str) -> Place {
    let place = Place::new();
    let from = format!("{}/tests/durability/earlier/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(from, place.db()).unwrap();
    let db = Connection::open(place.db()).unwrap();
    // A deleted profile is kept for seven days: it was deleted just now.
    let now = jiff::Timestamp::now().as_millisecond();
    db.execute("UPDATE profile SET deleted_at = ?1 WHERE deleted_at IS NOT NULL", [now]).unwrap();
    place
}

fn list(place: &Place, args: &[&str]) -> Vec<Value> {
    let ran = place.run(args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json().as_array().unwrap().clone()
}

/// These members of each row, in order.
fn rows(all: &[Value], members: &[&str]) -> Vec<String> {
    let row = |row: &Value| {
        let texts = members.iter().map(|member| match &row[member] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        texts.collect::<Vec<_>>().join(" ")
    };
    all.iter().map(row).collect()
}

#[test]
fn the_contents_of_an_earlier_file_are_complete() {
    for (file, schema) in EARLIER {
        has_all(file, schema);
    }
}

fn has_all(file: &str, made_by: i64) {
    let place = place(file);
    let profiles = list(&place, &["profiles", "list", "--json"]);
    assert_eq!(
        rows(&profiles, &["title", "status"]),
        ["Order SMS 1", "Failing 1", "Waiting 1", "Paused 1", "Disabled 3"]
    );
    let exported = list(&place, &["profiles", "export", "--secrets"]);
    assert!(exported.iter().all(|profile| profile["auth"]["key"] == "s3cret"), "{exported:?}");

    let deliveries = list(&place, &["deliveries", "list", "--json"]);
    assert_eq!(
        rows(&deliveries, &["profile_title", "kind", "state", "attempt_count"]),
        [
            "Paused event cancelled 0",
            "Deleted event queued 0",
            "Disabled event queued 0",
            "Paused event queued 0",
            "Waiting event waiting 1",
            "Failing event failed 1",
            "Order SMS test delivered 1",
            "Order SMS event delivered 1",
        ]
    );
    let waiting = deliveries[4]["delivery_id"].as_str().unwrap();
    let shown = place.run(&["deliveries", "show", waiting, "--json"]).json();
    assert_eq!(shown["attempts"][0]["status"], 500, "{shown}");
    let body = shown["request"]["body"].as_str().unwrap_or_default();
    assert_eq!(body, r#"{"status":"DELIVRD"}"#, "{shown}");
    let is_timed = made_by >= 17;
    assert_eq!(shown["attempts"][0]["phases"].is_object(), is_timed, "{shown}");

    let variables = place.run(&["variables", "--event", "sms-send"]);
    assert!(variables.out.contains("order_id") && variables.out.contains("the order"), "{variables:?}");
    let restored = place.run(&["profiles", "restore", "Deleted"]);
    assert_eq!(restored.code, Some(0), "{restored:?}");

    let db = Connection::open(place.db()).unwrap();
    let schema: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert!(schema > made_by, "{schema}");
    let positions: String =
        db.query_row("SELECT count(*) || ' ' || max(seq) FROM delivery", [], |row| row.get(0)).unwrap();
    let last: i64 = db.query_row("SELECT accepted FROM revision", [], |row| row.get(0)).unwrap();
    assert_eq!(positions, format!("8 {last}"), "no position is used again");
    let draft: String = db.query_row("SELECT document FROM draft", [], |row| row.get(0)).unwrap();
    assert!(draft.contains("Order SMS unsaved"), "{draft}");
    let runs: i64 = db.query_row("SELECT count(run_id) FROM delivery", [], |row| row.get(0)).unwrap();
    assert_eq!(runs, 0, "what was accepted before is of no run");
    let check = place.run(&["db", "check", "--json"]);
    assert_eq!(check.code, Some(0), "{check:?}");
    let doctor = place.run(&["doctor"]);
    assert!(!doctor.out.contains("is missing"), "{doctor:?}");
}

/// Its pending deliveries are sent; blocked ones after they are resumed.
#[test]
fn pending_deliveries_of_an_earlier_file_stay_blocked_until_resumed() {
    for (file, schema) in EARLIER {
        goes_on(file, schema);
    }
}

fn goes_on(file: &str, made_by: i64) {
    let place = place(file);
    let db = Connection::open(place.db()).unwrap();
    // Nothing listens there, and the retry waits for an hour.
    let requests = if made_by < 8 { "delivery" } else { "request" };
    let sql = format!("UPDATE {requests} SET url = 'http://127.0.0.1:9/' WHERE url IS NOT NULL");
    db.execute_batch(&sql).unwrap();
    drop(db);
    let cancelled = place.run(&["deliveries", "cancel", "--profile", "Waiting", "--yes"]);
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
    let work = place.run(&["work", "--until-idle"]);
    assert!(work.out.contains("0 delivered, 0 failed · 3 queued and 0 waiting, all blocked"), "{work:?}");
    assert_eq!(place.run(&["profiles", "enable", "Disabled"]).code, Some(0));
    let work = place.run(&["work", "--until-idle"]);
    assert!(work.out.contains("0 delivered, 1 failed · 2 queued and 0 waiting, all blocked"), "{work:?}");
}

#[test]
fn a_file_with_a_later_schema_is_rejected_and_not_changed() {
    let place = place("schema-6.db");
    let db = Connection::open(place.db()).unwrap();
    db.pragma_update(None, "user_version", 1_000).unwrap();
    drop(db);
    let before = std::fs::read(place.db()).unwrap();
    for args in [&["profiles", "list"][..], &["work", "--until-idle"], &["deliveries", "list"]] {
        let ran = place.run(args);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("was written by a newer Ringback (schema 1000, this one knows"), "{ran:?}");
    }
    assert_eq!(std::fs::read(place.db()).unwrap(), before);
}
