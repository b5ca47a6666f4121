//! Limits of a profile, counted at its endpoint: attempts in flight, and attempts per second.

use std::time::Duration;

use serde_json::json;

use crate::support::cli::{Place, Ran, finish};
use crate::support::recorder::events;
use crate::support::tape::{Entry, Tape, assert_rate};

/// Accepts so many events of this profile.
fn accept(place: &Place, profile: &str, start: &str, count: usize) {
    let file = place.file(&format!("{start}.ndjson"), &events(profile, start, count));
    let sent = place.run(&["send", "--from", &file, "--no-wait"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
}

fn send_all(place: &Place) -> Ran {
    let sent = finish(place.command(&["work", "--until-idle"]).spawn().unwrap());
    assert_eq!(sent.code, Some(0), "{sent:?}");
    sent
}

/// The requests whose `ref` starts so.
fn of(entries: &[Entry], start: &str) -> Vec<Entry> {
    entries.iter().filter(|entry| entry.reference.starts_with(start)).cloned().collect()
}

#[test]
fn a_profile_has_no_more_in_flight_than_it_says() {
    let (place, tape) = (Place::new(), Tape::taking(Duration::from_millis(30)));
    let profiles = place.apply(&json!([tape.profile("Few", json!({"max_in_flight": 3}))]));
    accept(&place, &profiles[0], "few", 60);
    send_all(&place);
    let entries = tape.entries();
    assert_eq!(entries.len(), 60);
    assert_eq!(entries.iter().map(|entry| entry.open).max(), Some(3));
}

#[test]
fn a_profile_keeps_its_rate_and_delays_no_other() {
    let (place, tape) = (Place::new(), Tape::taking(Duration::from_millis(1)));
    let documents = json!([tape.profile("Slow", json!({"rate_limit": 20})), tape.profile("Free", json!({}))]);
    let profiles = place.apply(&documents);
    accept(&place, &profiles[0], "slow", 60);
    accept(&place, &profiles[1], "free", 600);
    send_all(&place);
    let entries = tape.entries();
    let (slow, free) = (of(&entries, "slow"), of(&entries, "free"));
    assert_eq!((slow.len(), free.len()), (60, 600));
    assert_rate(&slow, 20.0);
    // A sender begins with nothing saved, so they came evenly.
    let lasted = slow[59].at - slow[0].at;
    assert!(lasted >= Duration::from_millis(2900), "60 at 20 per second in {lasted:?}");
    assert!(free[599].at < slow[20].at, "the others waited for the profile with a limit");
}

#[test]
fn a_fraction_of_a_request_per_second_is_one_now_and_then() {
    let (place, tape) = (Place::new(), Tape::taking(Duration::ZERO));
    let profiles = place.apply(&json!([tape.profile("Rare", json!({"rate_limit": 2.5}))]));
    accept(&place, &profiles[0], "rare", 4);
    send_all(&place);
    let entries = tape.entries();
    let gaps: Vec<Duration> = entries.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(gaps.len() == 3 && gaps.iter().all(|gap| *gap >= Duration::from_millis(350)), "{gaps:?}");
}
