//! `ringback db check`: nothing is found in a sound database, whoever works with it, and each fault is named.

use std::time::Duration;

use crate::support::cli::{Place, Ran, Running, ran};
use crate::support::postgres::cluster;
use crate::support::recorder::{Recorder, events};
use rusqlite::Connection;
use serde_json::{Value, json};

const CHECK: [&str; 3] = ["db", "check", "--json"];

/// Everything that a check of a file examines.
const OF_FILE: [&str; 11] = [
    "file",
    "schema",
    "references",
    "rows",
    "profiles",
    "blocks",
    "queue",
    "requests",
    "attempts",
    "counts",
    "numbers",
];

fn names(report: &Value) -> Vec<String> {
    report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["check"].as_str().unwrap().to_owned())
        .collect()
}

/// The faults of each check that found some.
fn faults(report: &Value) -> Vec<(String, u64, String)> {
    let ill = report["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false);
    ill.map(|check| {
        let name = check["check"].as_str().unwrap().to_owned();
        (name, check["faults"].as_u64().unwrap(), check["named"].to_string())
    })
    .collect()
}

#[track_caller]
fn sound(ran: &Ran) -> Value {
    let report = ran.json();
    assert_eq!((ran.code, &report["ok"], faults(&report)), (Some(0), &json!(true), Vec::new()), "{ran:?}");
    report
}

/// Deliveries in each state, by a sender that runs.
fn fill(run: impl Fn(&[&str]) -> Ran, send: impl Fn(&str), work: impl Fn() -> Running, endpoint: &Recorder) {
    let apply = |place: &Place, document: &Value| place.file("profile.json", &document.to_string());
    let files = Place::new();
    let mut ids = Vec::new();
    for (title, retries) in [("First", 0), ("Second", 2), ("Third", 0)] {
        let mut document = endpoint.profile(retries);
        document["title"] = json!(title);
        let applied = run(&["profiles", "apply", &apply(&files, &document)]);
        assert_eq!(applied.code, Some(0), "{applied:?}");
        ids.push(applied.out.trim().to_owned());
    }
    assert_eq!(run(&["deliveries", "pause", &ids[2]]).code, Some(0));
    for id in &ids {
        send(id);
    }
    let mut working = work();
    endpoint.wait("all events but the paused ones", |book| book.len() >= 40);
    // While the sender runs.
    sound(&run(&CHECK));
    working.interrupt();
    assert_eq!(working.code(), Some(0));
    assert_eq!(run(&["profiles", "disable", &ids[2]]).code, Some(0));
    let cancelled = run(&["deliveries", "cancel", "--profile", &ids[1], "--yes"]);
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
}

/// Half of the events fail.
fn endpoint() -> Recorder {
    Recorder::start(Duration::ZERO, |id, _| if id.as_bytes()[35] < b'8' { 200 } else { 500 })
}

#[test]
fn a_sound_file_has_no_faults_and_each_fault_is_named() {
    let (place, endpoint) = (Place::new(), endpoint());
    let send = |id: &str| {
        let sent = place.run_with_input(&["send", "--from", "-", "--no-wait"], &events(id, "a", 20));
        assert_eq!(sent.code, Some(0), "{sent:?}");
    };
    fill(|args| place.run(args), send, || Running::start(place.command(&["work"])), &endpoint);
    let before = std::fs::read(place.db()).unwrap();
    let report = sound(&place.run(&CHECK));
    assert_eq!(names(&report), OF_FILE);
    assert_eq!(report["deliveries"]["queued"], 20, "{report}");
    assert_eq!(std::fs::read(place.db()).unwrap(), before, "nothing was changed");
    assert!(place.run(&["db", "check"]).out.ends_with("\nNo faults found.\n"));

    for (sql, check, named) in [
        ("UPDATE tally SET n = n + 3 WHERE state = 0", "counts", "queued: 23 are counted, and 20 are there"),
        (
            "DELETE FROM queued WHERE seq = (SELECT min(seq) FROM queued)",
            "queue",
            "in no queue: it is never sent",
        ),
        (
            "INSERT INTO queued SELECT lane, seq, run_id FROM delivery WHERE state = 3 LIMIT 1",
            "queue",
            "has ended",
        ),
        ("DELETE FROM request WHERE delivery = 1", "requests", "it has no request"),
        (
            "DELETE FROM attempt WHERE key >> 10 = 1",
            "attempts",
            "1 attempts are counted, and 0 are in the log",
        ),
        ("DELETE FROM hold WHERE why = 'disabled'", "blocks", "its events are not blocked"),
        ("UPDATE profile SET status = 'disabled' WHERE seq = 1", "blocks", "its events are not blocked"),
        ("UPDATE profile_document SET document = '{}' WHERE profile = 1", "profiles", "profile IN_"),
        ("DELETE FROM rollup WHERE step = 1; DELETE FROM rollup_change", "numbers", "are counted"),
        (
            "PRAGMA foreign_keys = 0; DELETE FROM lane WHERE seq = 1",
            "references",
            "of delivery names a lane that does not exist",
        ),
        ("DROP INDEX delivery_waiting", "schema", "delivery_waiting"),
    ] {
        std::fs::write(place.db(), &before).unwrap();
        let db = Connection::open(place.db()).unwrap();
        db.execute_batch(sql).unwrap();
        drop(db);
        let ran = place.run(&CHECK);
        assert_eq!(ran.code, Some(1), "{sql}: {ran:?}");
        let found = faults(&ran.json());
        let is_named = found.iter().any(|(name, n, texts)| name == check && *n > 0 && texts.contains(named));
        assert!(is_named, "{sql}: {found:?}");
        let text = place.run(&["db", "check"]);
        assert!(
            text.code == Some(1) && text.out.contains("problem ") && text.out.contains("-> "),
            "{text:?}"
        );
    }
    // A page of the middle is overwritten.
    let mut bytes = before.clone();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xA5);
    std::fs::write(place.db(), &bytes).unwrap();
    let ran = place.run(&CHECK);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn a_sound_database_on_a_server_has_no_faults_and_each_fault_is_named() {
    let Some(cluster) = cluster() else { return };
    let (place, database, endpoint) = (Place::new(), cluster.database("template0"), endpoint());
    let command = |args: &[&str]| {
        let mut command = place.command(args);
        command.env("RINGBACK_DB", database.url()).env_remove("PGPASSWORD").env_remove("PGPASSFILE");
        command
    };
    let run = |args: &[&str]| ran(command(args));
    assert_eq!(run(&CHECK).code, Some(2), "without the schema");
    assert!(run(&["doctor", "--migrate"]).out.contains("made: schema "));
    let send = |id: &str| {
        let lines = place.file("events", &events(id, "a", 20));
        let sent = run(&["send", "--from", &lines, "--no-wait"]);
        assert_eq!(sent.code, Some(0), "{sent:?}");
    };
    fill(run, send, || Running::start(command(&["work"])), &endpoint);
    let report = sound(&run(&CHECK));
    assert_eq!(
        names(&report),
        ["profiles", "blocks", "references", "queue", "attempts", "counts", "numbers"]
    );
    assert_eq!(report["deliveries"]["queued"], 20, "{report}");

    for (sql, check, named) in [
        (
            "UPDATE tally SET queued = queued + 3 WHERE slot = 1",
            "counts",
            "queued: 23 are counted, and 20 are there",
        ),
        ("DELETE FROM ended WHERE seq = (SELECT min(seq) FROM ended)", "queue", "neither pending nor ended"),
        (
            "INSERT INTO pending (seq, due_at, lane) SELECT seq, 1, lane FROM ended LIMIT 1",
            "queue",
            "has ended",
        ),
        (
            "DELETE FROM attempt WHERE seq = (SELECT min(seq) FROM ended WHERE attempts = 1)",
            "attempts",
            "0 are in the log",
        ),
        ("DELETE FROM lane", "references", "its lane does not exist"),
        ("DELETE FROM hold WHERE why = 'disabled'", "blocks", "its events are not blocked"),
        ("UPDATE profile SET document = '{}'", "profiles", "profile IN_"),
        ("DELETE FROM rollup; DELETE FROM rollup_change", "numbers", "are counted"),
    ] {
        let broken = cluster.database(database.name());
        broken.sql(&format!("SET search_path = ringback; {sql}"));
        let mut check_it = place.command(&CHECK);
        check_it.env("RINGBACK_DB", broken.url()).env_remove("PGPASSWORD").env_remove("PGPASSFILE");
        let ran = ran(check_it);
        assert_eq!(ran.code, Some(1), "{sql}: {ran:?}");
        let found = faults(&ran.json());
        let is_named = found.iter().any(|(name, n, texts)| name == check && *n > 0 && texts.contains(named));
        assert!(is_named, "{sql}: {found:?}");
    }
}

#[test]
fn what_cannot_be_checked_is_refused_and_not_made() {
    let place = Place::new();
    place.run(&["db", "check"]).refused(2, &["no database", "check --db or RINGBACK_DB"]);
    assert!(!place.db().exists());
    place.run_unnamed(&["db", "check"]).refused(2, &["no database"]);
    assert!(!place.usual_db().exists());
    std::fs::write(place.db(), "this is a text, and long enough to be no database").unwrap();
    place.run(&["db", "check"]).refused(2, &["ringback.db"]);
}
