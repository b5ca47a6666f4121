//! The rate of a profile holds although its sender is killed again and again: a sender that starts has nothing saved.

use std::time::Duration;

use serde_json::json;

use crate::support::cli::{Place, Running, finish};
use crate::support::recorder::events;
use crate::support::tape::{Tape, assert_rate};

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
