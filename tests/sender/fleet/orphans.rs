//! Claims that no sender knows of, as in a database that was restored to an earlier moment while senders ran.

use super::*;

/// Events that are pending then.
const EVENTS: usize = 40;

/// A number that no sender has.
const NOBODY: i32 = 1_000_000;

#[test]
fn what_no_sender_knows_to_have_claimed_is_delivered() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let mut one = fleet.join(1);
    let two = fleet.join(2);
    // Nobody claims meanwhile.
    assert_eq!(ran(fleet.command(&["deliveries", "pause"])).code, Some(0));
    fleet.accept("a-", EVENTS);
    fleet.sql(&format!(
        "UPDATE ringback.pending SET claimed_by = CASE WHEN seq % 4096 < 2048 THEN {NOBODY}
           ELSE (SELECT min(seq) FROM ringback.sender) END"
    ));
    assert_eq!(fleet.pending(), EVENTS.to_string());
    assert_eq!(ran(fleet.command(&["deliveries", "resume"])).code, Some(0));
    one.signal("TERM");
    assert_eq!(one.code(), Some(0));
    fleet.wait_until_idle();
    let counts = fleet.endpoint.counts();
    assert_eq!((counts.times.len(), counts.repeated()), (EVENTS, 0));
    drop(two);
}

#[test]
fn doctor_reports_claims_of_senders_that_do_not_exist() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    fleet.accept("a-", 2);
    fleet.sql(&format!("UPDATE ringback.pending SET claimed_by = {NOBODY}"));
    let claims = || {
        let findings = ran(fleet.command(&["doctor", "--json"])).json()["findings"].clone();
        findings.as_array().unwrap().iter().find(|finding| finding["topic"] == "claims").cloned()
    };
    let found = claims().unwrap();
    assert_eq!(found["state"], "problem");
    assert!(found["found"].as_str().unwrap().starts_with("2 deliveries are claimed by senders that do not"));
    // A sender that only comes now, and waits for nothing else.
    let worked = ran(fleet.command(&["work", "--until-idle", "--json"]));
    assert_eq!(worked.code, Some(0), "{worked:?}");
    assert_eq!(fleet.endpoint.counts().times.len(), 2);
    assert_eq!(claims(), None);
}
