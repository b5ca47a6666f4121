//! Limits of a profile, counted at its endpoint: attempts in flight, and attempts per second.

use std::time::Duration;

use serde_json::json;

use crate::support::cli::{Place, Ran, Running, finish};
use crate::support::recorder::events;
use crate::support::tape::{Entry, Tape, assert_order, assert_rate};

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

#[test]
fn an_ordered_profile_sends_one_at_a_time_and_a_retry_holds_the_rest() {
    let fails =
        |reference: &str, times: usize| if times == 1 && reference.ends_with('7') { 503 } else { 200 };
    let (place, tape) = (Place::new(), Tape::start(Duration::from_millis(1), fails));
    let free = Tape::taking(Duration::ZERO);
    let retry = json!({"count": 2, "interval_s": 1, "timeout_ms": 5000});
    let documents = json!([
        tape.profile("In order", json!({"ordered": true, "retry": retry})),
        free.profile("Free", json!({})),
    ]);
    let profiles = place.apply(&documents);
    accept(&place, &profiles[0], "p", 40);
    accept(&place, &profiles[1], "f", 400);
    send_all(&place);
    let entries = tape.entries();
    assert_order(&entries);
    assert_eq!((entries.len(), free.entries().len()), (44, 400), "each of four failed once");
    let retried = entries.iter().position(|entry| entry.status == 503).unwrap();
    assert!(entries[retried + 1].at - entries[retried].at >= Duration::from_secs(1));
    assert!(free.entries()[399].at < entries[retried + 1].at, "the others waited for the retry");
}

#[test]
fn what_a_person_sends_is_outside_the_order() {
    let fails = |reference: &str, _: usize| if reference == "p1" { 503 } else { 200 };
    let (place, tape) = (Place::new(), Tape::start(Duration::ZERO, fails));
    let retry = json!({"count": 1, "interval_s": 3600, "timeout_ms": 5000});
    let profiles = place.apply(&json!([tape.profile("In order", json!({"ordered": true, "retry": retry}))]));
    accept(&place, &profiles[0], "p", 3);
    let mut sender = Running::start(place.command(&["work", "--json"]));
    tape.wait_for(1);
    let tested = place.run(&["test", &profiles[0], "--set", "ref=t1"]);
    assert_eq!(tested.code, Some(0), "{tested:?}");
    let references: Vec<String> = tape.entries().into_iter().map(|entry| entry.reference).collect();
    assert_eq!(references, ["p1", "t1"]);
    // Cancelled, it holds nothing any more.
    let first = place.run(&["deliveries", "list", "--state", "waiting", "--json"]).json();
    let cancelled = place.run(&["deliveries", "cancel", first[0]["delivery_id"].as_str().unwrap()]);
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
    tape.wait_for(4);
    let references: Vec<String> = tape.entries().into_iter().map(|entry| entry.reference).collect();
    assert_eq!(references, ["p1", "t1", "p2", "p3"]);
    assert!(sender.kill9());
}
