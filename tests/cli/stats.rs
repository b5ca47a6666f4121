//! `ringback stats`: numbers as text, JSON and CSV.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::cli::{On, Place, Running};
use crate::support::recorder::{Recorder, events};

/// A place where five events of a profile were sent: one failed for good, and one was delivered at its second attempt.
fn sent() -> (Place, String) {
    let place = Place::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let endpoint = Recorder::start(Duration::ZERO, move |id, times| {
        let mut seen = seen.lock().unwrap();
        if !seen.iter().any(|known| known == id) {
            seen.push(id.to_owned());
        }
        let place = seen.iter().position(|known| known == id);
        if place == Some(0) || (place == Some(1) && times == 1) { 503 } else { 200 }
    });
    let id = place.apply(&endpoint.profile(1)).remove(0);
    let file = place.file("events.ndjson", &events(&id, "e", 5));
    let ran = place.run(&["send", "--from", &file]);
    assert_eq!(ran.code, Some(1), "one is not delivered: {ran:?}");
    (place, id)
}

fn rows(place: &Place, args: &[&str]) -> Vec<Value> {
    let all = [&["stats", "--json"], args].concat();
    let ran = place.run(&all);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    ran.json()["rows"].as_array().unwrap().clone()
}

#[test]
fn numbers_are_those_of_the_log() {
    let (place, id) = sent();
    let profiles = rows(&place, &[]);
    assert_eq!(profiles.len(), 1, "{profiles:?}");
    let row = &profiles[0];
    assert_eq!(row["key"], json!(id));
    for (number, expected) in
        [("accepted", 5), ("delivered", 4), ("failed", 1), ("cancelled", 0), ("pending", 0), ("attempts", 7)]
    {
        assert_eq!(row[number], json!(expected), "{number}: {row}");
    }
    assert_eq!((&row["success_rate"], &row["failures"]), (&json!(0.8), &json!({"status": 3})));
    assert!(row["p50_ms"].is_u64() && row["p99_ms"].as_u64() >= row["p50_ms"].as_u64(), "{row}");

    let phases = &row["phases"];
    assert_eq!((&phases["attempts"], &phases["tls_ms"]), (&json!(7), &json!(0.0)), "{row}");
    assert!(phases["new_connections"].as_u64() >= Some(1) && phases["wait_ms"].as_f64() > Some(0.0), "{row}");
    assert!(phases["slowest"].is_string(), "{row}");

    let of = |rows: Vec<Value>| -> Vec<(String, Value)> {
        rows.iter().map(|row| (row["key"].as_str().unwrap().to_owned(), row["attempts"].clone())).collect()
    };
    let statuses = of(rows(&place, &["--by", "status"]));
    assert_eq!(statuses, [("200".to_owned(), json!(4)), ("503".to_owned(), json!(3))]);
    assert_eq!(of(rows(&place, &["--by", "class"])), [("status".to_owned(), json!(3))]);
    assert_eq!(of(rows(&place, &["--by", "total"])), [("total".to_owned(), json!(7))]);
    for by in ["minute", "hour"] {
        let times = rows(&place, &["--by", by, "--profile", &id]);
        assert!(!times.is_empty() && times.iter().all(|row| row["pending"].is_null()), "{times:?}");
        let sum = |number: &str| times.iter().filter_map(|row| row[number].as_u64()).sum::<u64>();
        assert_eq!((sum("accepted"), sum("delivered"), sum("attempts")), (5, 4, 7), "{times:?}");
    }
    // The log goes, and the numbers stay.
    let pruned = place.run(&["deliveries", "prune", "--older-than", "0s", "--yes"]);
    assert_eq!(pruned.code, Some(0), "{pruned:?}");
    assert_eq!(rows(&place, &[])[0]["delivered"], json!(4));
}

#[test]
fn people_read_a_table_and_spreadsheets_csv() {
    let (place, id) = sent();
    let text = place.run(&["stats"]);
    assert_eq!(text.code, Some(0), "{text:?}");
    assert!(text.out.starts_with("PROFILE "), "{}", text.out);
    assert!(text.out.contains("80.0 %") && text.out.contains(": 3 × status 503\n"), "{}", text.out);
    assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);
    let csv = place.run(&["stats", "--csv", "--by", "profile"]);
    let lines: Vec<&str> = csv.out.split('\n').collect();
    assert!(lines[0].starts_with("profile,title,accepted,delivered,"), "{}", csv.out);
    assert!(lines[1].starts_with(&format!("{id},")), "{}", csv.out);
    assert_eq!((lines.len(), lines[0].split(',').count()), (3, lines[1].split(',').count()), "{}", csv.out);
}

#[test]
fn what_is_pending_is_of_now() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    place.run(&["deliveries", "pause"]);
    let file = place.file("events.ndjson", &events(&id, "e", 3));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    let row = &rows(&place, &["--since", "0s"])[0];
    assert_eq!(row["pending"], json!(3), "also of what was accepted before: {row}");
}

#[test]
fn each_end_of_a_database_keeps_its_numbers() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let mut work = Running::start(place.command(&["work", "--json"]));
    let file = place.file("events.ndjson", &events(&id, "e", 200));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    work.line(On::Out, "delivered");
    assert!(work.kill9());
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    let row = &rows(&place, &["--by", "total"])[0];
    assert_eq!((&row["accepted"], &row["delivered"], &row["failed"]), (&json!(200), &json!(200), &json!(0)));
}

#[test]
fn a_wrong_range_says_what_to_use() {
    let place = Place::new();
    place.run(&["stats"]).refused(2, &["no database"]);
    let endpoint = Recorder::taking();
    place.apply(&endpoint.profile(0));
    place.run(&["stats", "--since", "1h", "--until", "2h"]).refused(2, &["ends before it begins"]);
    place.run(&["stats", "--by", "day"]).refused(2, &["day", "hour"]);
    place.run(&["stats", "--since", "soon"]).refused(2, &["use 2h"]);
    place.run(&["stats", "--profile", "nobody"]).refused(2, &["no profile 'nobody'"]);
    let nothing = place.run(&["stats"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(0), ""));
    assert!(nothing.err.starts_with("nothing happened since "), "{}", nothing.err);
}
