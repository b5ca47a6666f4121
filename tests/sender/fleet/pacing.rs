//! Limits of a profile hold for all senders together, also while some of them join and leave.

use serde_json::json;

use super::*;
use crate::support::tape::{Tape, assert_order, assert_rate};

/// Applies a profile that posts to this tape.
fn apply(fleet: &Fleet, document: &Value) -> String {
    let file = fleet.place.file("paced.json", &document.to_string());
    let applied = ran(fleet.command(&["profiles", "apply", &file]));
    assert_eq!(applied.code, Some(0), "{applied:?}");
    applied.out.trim().to_owned()
}

fn accept(fleet: &Fleet, profile: &str, start: &str, count: usize) {
    let file = fleet.place.file(&format!("{start}.ndjson"), &events(profile, start, count));
    let sent = ran(fleet.command(&["send", "--from", &file, "--no-wait"]));
    assert_eq!(sent.code, Some(0), "{sent:?}");
}

#[test]
fn three_senders_together_keep_the_rate_of_a_profile() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let tape = Tape::taking(Duration::from_millis(1));
    let profile = apply(&fleet, &tape.profile("Paced", json!({"rate_limit": 24})));
    accept(&fleet, &profile, "p", 200);
    let mut senders = vec![fleet.join(1)];
    tape.wait_for(20);
    senders.push(fleet.join(2));
    senders.push(fleet.join(3));
    tape.wait_for(100);
    // The others have its part once its seat has ended.
    assert!(senders[0].kill9());
    tape.wait_for(200);
    fleet.wait_until_idle();
    let entries = tape.entries();
    assert_rate(&entries, 24.0);
    // What the killed one had in flight is repeated.
    assert!(entries.len() <= 224, "{} requests", entries.len());
    let by = "SELECT count(DISTINCT sender) FROM ringback.attempt";
    assert_eq!(fleet.sql(by), "3", "each has its part");
}

#[test]
fn three_senders_together_have_no_more_in_flight_than_the_profile_says() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let tape = Tape::taking(Duration::from_millis(20));
    let profile = apply(&fleet, &tape.profile("Few", json!({"max_in_flight": 2})));
    accept(&fleet, &profile, "p", 150);
    let mut senders = vec![fleet.join(1)];
    tape.wait_for(10);
    senders.push(fleet.join(2));
    senders.push(fleet.join(3));
    tape.wait_for(150);
    fleet.wait_until_idle();
    let entries = tape.entries();
    assert_eq!(entries.len(), 150);
    assert_eq!(entries.iter().map(|entry| entry.open).max(), Some(2));
    drop(senders);
}

#[test]
fn three_senders_keep_the_order_although_the_one_that_has_it_is_killed() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let fails =
        |reference: &str, times: usize| if times == 1 && reference.ends_with('7') { 503 } else { 200 };
    let tape = Tape::start(Duration::from_millis(20), fails);
    let retry = json!({"count": 2, "interval_s": 1, "timeout_ms": 5000});
    let profile = apply(&fleet, &tape.profile("In order", json!({"ordered": true, "retry": retry})));
    accept(&fleet, &profile, "p", 60);
    let mut senders = vec![fleet.join(1)];
    tape.wait_for(5);
    senders.push(fleet.join(2));
    senders.push(fleet.join(3));
    // Whichever has it is among the first two that are killed, or has it at the end.
    for (kill, arrived) in [(0, 15), (0, 30)] {
        tape.wait_for(arrived);
        assert!(senders.remove(kill).kill9());
    }
    tape.wait_for(66);
    fleet.wait_until_idle();
    let entries = tape.entries();
    assert_order(&entries);
    // Six fail once, and what the killed ones had in flight is repeated.
    assert!((66..=68).contains(&entries.len()), "{} requests", entries.len());
}
