//! The rate and the order of a profile hold although its sender is killed again and again.

use std::time::Duration;

use serde_json::json;

use crate::support::cli::{Place, Running, finish};
use crate::support::recorder::events;
use crate::support::tape::{Tape, assert_order, assert_rate};

#[test]
fn a_rate_holds_although_the_sender_is_killed() {
    let (place, tape) = (Place::new(), Tape::taking(Duration::ZERO));
    let profiles = place.apply(&json!([tape.profile("Paced", json!({"rate_limit": 5}))]));
    let file = place.file("events.ndjson", &events(&profiles[0], "p", 25));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    for round in 1..=4 {
        let mut sender = Running::start(place.command(&["work", "--json"]));
        tape.wait_for(round * 3);
        assert!(sender.kill9());
    }
    let end = finish(place.command(&["work", "--until-idle"]).spawn().unwrap());
    assert_eq!(end.code, Some(0), "{end:?}");
    let entries = tape.entries();
    // What was in flight may come twice.
    assert!((25..=29).contains(&entries.len()), "{} requests", entries.len());
    assert_rate(&entries, 5.0);
}

#[test]
fn an_order_holds_although_the_sender_is_killed() {
    let fails =
        |reference: &str, times: usize| if times == 1 && reference.ends_with('5') { 503 } else { 200 };
    let (place, tape) = (Place::new(), Tape::start(Duration::from_millis(2), fails));
    let retry = json!({"count": 2, "interval_s": 1, "timeout_ms": 5000});
    let profiles = place.apply(&json!([tape.profile("In order", json!({"ordered": true, "retry": retry}))]));
    let file = place.file("events.ndjson", &events(&profiles[0], "p", 60));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    for round in 1..=6 {
        let mut sender = Running::start(place.command(&["work", "--json"]));
        // With the retry of a fifth one waiting in some rounds.
        tape.wait_for(round * 5);
        assert!(sender.kill9());
    }
    let end = finish(place.command(&["work", "--until-idle"]).spawn().unwrap());
    assert_eq!(end.code, Some(0), "{end:?}");
    let entries = tape.entries();
    assert_order(&entries);
    let numbers: std::collections::BTreeSet<&str> = entries.iter().map(|entry| &*entry.reference).collect();
    assert_eq!(numbers.len(), 60);
}
