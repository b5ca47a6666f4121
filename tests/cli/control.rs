//! Pausing and resuming, profiles that are disabled, and auto-disabling: as a person or a script does it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::cli::{On, Place, Running};
use crate::support::recorder::Recorder;
use serde_json::{Value, json};

/// A place with a profile that posts to this endpoint, and the profile's id.
fn place_with(endpoint: &Recorder) -> (Place, String) {
    let place = Place::new();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    (place, id)
}

fn events(id: &str, n: usize) -> String {
    format!("{}\n", json!({"callback_profile_id": id, "event": "sms-send", "data": {}})).repeat(n)
}

fn last(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn a_pause_blocks_events_and_nobody_waits_for_them() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint);
    let paused = place.run(&["deliveries", "pause"]);
    assert_eq!(paused.code, Some(0), "{paused:?}");
    assert_eq!(paused.out, "paused: all deliveries · 0 blocked; events stay queued, tests are still sent\n");
    let again = place.run(&["deliveries", "pause", "--json"]).json();
    assert_eq!((&again["paused"], &again["changed"]), (&json!(true), &json!(false)));

    let sent = place.run(&["send", &id]);
    assert_eq!(sent.code, Some(1), "{sent:?}");
    assert!(sent.out.ends_with("queued\n"), "{sent:?}");
    assert!(sent.err.contains("blocked: all deliveries have been paused since"), "{sent:?}");
    assert!(sent.err.contains("run `ringback deliveries resume` to resume"), "{sent:?}");
    let sent = place.run_with_input(&["send", "--from", "-", "--json"], &events(&id, 2));
    assert_eq!(sent.code, Some(1), "{sent:?}");
    assert_eq!((&last(&sent.out)["pending"], &last(&sent.out)["held"]), (&json!(2), &json!(2)));
    assert!(sent.err.contains("2 blocked: all deliveries have been paused"), "{sent:?}");
    let sent = place.run_with_input(&["send", "--from", "-", "--no-wait"], &events(&id, 1));
    assert_eq!((sent.code, sent.out.as_str()), (Some(0), "1 accepted: 1 queued\n"));
    assert!(sent.err.contains("1 blocked:"), "{sent:?}");

    let worked = place.run(&["work", "--until-idle"]);
    assert_eq!(worked.code, Some(0), "{worked:?}");
    assert_eq!(worked.out, "0 delivered, 0 failed · 4 queued and 0 waiting, all blocked\n");
    assert!(worked.err.contains("4 blocked: all deliveries have been paused"), "{worked:?}");
    assert!(endpoint.book().is_empty());
    assert_eq!(place.run(&["test", &id]).code, Some(0), "a test goes");
    let listed = place.run(&["deliveries", "list", "--state", "queued"]);
    assert!(listed.out.lines().nth(1).unwrap().ends_with("blocked: paused"), "{listed:?}");
    let listed = place.run(&["deliveries", "list", "--json"]).json();
    assert_eq!((&listed[0]["held"], &listed[1]["held"]), (&Value::Null, &json!("paused")));

    let resumed = place.run(&["deliveries", "resume"]);
    assert_eq!((resumed.out.as_str(), resumed.err.as_str()), ("resumed: all deliveries · 0 blocked\n", ""));
    let worked = place.run(&["work", "--until-idle", "--json"]);
    let end = last(&worked.out);
    assert_eq!((&end["delivered"], &end["held"]), (&json!(4), &json!(0)), "{worked:?}");
    let resumed = place.run(&["deliveries", "resume"]);
    assert_eq!(resumed.out, "not paused: all deliveries · 0 blocked\n");
}

#[test]
fn a_paused_profile_blocks_no_other() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint);
    let mut other = endpoint.profile(0);
    other["title"] = json!("Bookings");
    let other = place.apply(&other).remove(0);
    let paused = place.run(&["deliveries", "pause", "order sms", "--json"]).json();
    assert_eq!((&paused["profile_id"], &paused["changed"]), (&json!(id), &json!(true)));
    let sent = place.run_with_input(&["send", "--from", "-"], &(events(&id, 3) + &events(&other, 2)));
    assert_eq!(sent.code, Some(1), "{sent:?}");
    assert_eq!(sent.out, "5 accepted: 2 delivered, 3 queued\n");
    assert!(sent.err.contains(&format!("run `ringback deliveries resume {id}` to resume")), "{sent:?}");
    let shown = place.run(&["profiles", "show", &id, "--json"]).json();
    assert!(shown["paused_since"].is_string(), "{shown}");
    let listed = place.run(&["profiles", "list", "--json"]).json();
    assert!(listed[0]["paused_since"].is_string() && listed[1]["paused_since"].is_null(), "{listed}");
    place.run(&["deliveries", "pause", "nobody"]).refused(2, &["no profile 'nobody'"]);

    // Deleted meanwhile, it is found by its full ID.
    assert_eq!(place.run(&["profiles", "delete", &id, "--yes"]).code, Some(0));
    let resumed = place.run(&["deliveries", "resume", &id]);
    assert_eq!(resumed.out, "resumed: 'Order SMS' · 3 blocked\n", "{resumed:?}");
    assert!(resumed.err.contains("3 blocked: 'Order SMS' was deleted"), "{resumed:?}");
}

#[test]
fn a_pause_reaches_the_active_sender() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint);
    let work = Running::start(place.command(&["work", "--json"]));
    // The owner of the lock sends.
    let lock = place.db().with_extension("db.lock");
    let sends = || std::fs::read_to_string(&lock).is_ok_and(|pid| pid.trim() == work.pid().to_string());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !sends() {
        assert!(std::time::Instant::now() < deadline, "it sends");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let send = |n| place.run_with_input(&["send", "--from", "-"], &events(&id, n));
    assert_eq!(send(1).code, Some(0));
    work.line(On::Out, "delivered");
    place.run(&["deliveries", "pause"]);
    let held = send(1);
    assert_eq!((held.code, held.out.as_str()), (Some(1), "1 accepted: 1 queued\n"));
    assert_eq!(endpoint.book().len(), 1);
    place.run(&["deliveries", "resume"]);
    work.line(On::Out, "delivered");
    assert_eq!(endpoint.book().len(), 2);
}

#[test]
fn a_profile_that_keeps_failing_is_disabled_blocked_and_enabled() {
    let endpoint = Recorder::start(Duration::ZERO, |_, _| 500);
    let (place, id) = place_with(&endpoint);
    let settings = place.file("few.toml", "auto_disable_after = 3\n");
    let run = |args: &[&str]| place.run(&[&["--config", &settings], args].concat());
    for _ in 0..3 {
        assert_eq!(run(&["send", &id]).code, Some(1));
    }
    let listed = run(&["profiles", "list", "--json"]).json();
    assert_eq!((&listed[0]["status"], &listed[0]["auto_disabled"]["failed_in_row"]), (&json!(2), &json!(3)));
    assert_eq!(listed[0]["auto_disabled"]["consecutive_failures"], 3);
    let shown = run(&["profiles", "show", &id]);
    assert!(shown.out.contains("auto-disabled") && shown.out.contains("3 consecutive failures"), "{shown:?}");
    let shown = run(&["profiles", "show", &id, "--json"]).json();
    assert_eq!(shown["auto_disabled"]["message"], "500 Internal Server Error");

    let health = &listed[0]["health"];
    assert_eq!(
        (&health["state"], &health["cause"]["consecutive_failures"]),
        (&json!("auto-disabled"), &json!(3))
    );
    assert_eq!(shown["health"], *health);

    // New events are accepted and blocked.
    let sent = run(&["send", &id]);
    assert_eq!(sent.code, Some(1));
    assert!(sent.err.contains("it is blocked: 'Order SMS' has been auto-disabled since"), "{sent:?}");
    assert!(sent.err.contains(&format!("run `ringback profiles enable {id}` to resume")), "{sent:?}");
    assert_eq!(endpoint.book().len(), 3);
    assert_eq!(run(&["work", "--until-idle"]).code, Some(0));

    let enabled = run(&["profiles", "enable", "Order SMS"]);
    assert_eq!((enabled.code, enabled.out), (Some(0), format!("{id}  enabled\n")));
    assert_eq!(run(&["profiles", "list", "--json"]).json()[0]["auto_disabled"], Value::Null);
    let worked = run(&["work", "--until-idle"]);
    assert_eq!(worked.out.lines().last(), Some("0 delivered, 1 failed · nothing is queued"), "{worked:?}");
    let listed = run(&["profiles", "list", "--json"]).json();
    assert_eq!(listed[0]["status"], 1, "it begins anew");
    assert_eq!(listed[0]["health"]["state"], "failing", "until it delivers");

    let disabled = run(&["profiles", "disable", &id, "--json"]).json();
    assert_eq!((&disabled["status"], &disabled["changed"]), (&json!(3), &json!(true)));
    run(&["send", &id]).refused(2, &["profile 'Order SMS' is disabled and accepts no events"]);
    assert_eq!(run(&["profiles", "disable", &id]).out, format!("{id}  disabled already\n"));
}

#[test]
fn a_profile_that_keeps_failing_says_so_until_it_delivers() {
    let fails = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&fails);
    let endpoint =
        Recorder::start(Duration::ZERO, move |_, _| if switch.load(Ordering::Relaxed) { 500 } else { 200 });
    let (place, id) = place_with(&endpoint);
    let settings = place.file("few.toml", "auto_disable_after = 0\nfailing_after = 2\n");
    let run = |args: &[&str]| place.run(&[&["--config", &settings], args].concat());
    let health = || run(&["profiles", "list", "--json"]).json()[0]["health"].clone();
    assert_eq!(health(), json!({"state": "ok", "since": null, "cause": null, "next_probe_at": null}));
    assert_eq!(run(&["profiles", "show", &id, "--json"]).json().get("health"), None);
    for _ in 0..3 {
        assert_eq!(run(&["send", &id]).code, Some(1));
    }
    let failing = health();
    assert_eq!(
        (&failing["state"], &failing["cause"]["consecutive_failures"]),
        (&json!("failing"), &json!(2))
    );
    assert_eq!((&failing["cause"]["status"], &failing["cause"]["class"]), (&json!(500), &json!("status")));
    assert_eq!(run(&["profiles", "show", &id, "--json"]).json()["health"], failing);
    let shown = run(&["profiles", "show", &id]);
    assert!(shown.out.contains("2 consecutive failures, the last, "), "{shown:?}");
    assert!(run(&["profiles", "list"]).out.contains("active, failing"));
    fails.store(false, Ordering::Relaxed);
    assert_eq!(run(&["send", &id]).code, Some(0));
    assert_eq!(health()["state"], "ok");
    assert!(!run(&["profiles", "show", &id]).out.contains("consecutive"));
}

#[test]
fn retry_and_resend_say_which_of_them_is_meant() {
    let endpoint = Recorder::taking();
    let (place, id) = place_with(&endpoint);
    let list = |state: &str| {
        let rows = place.run(&["deliveries", "list", "--state", state, "--json"]).json();
        let ids = rows.as_array().unwrap().iter().map(|row| row["delivery_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(place.run(&["send", &id, "--no-wait"]).code, Some(0));
    let queued = list("queued").remove(0);
    let refused = place.run(&["deliveries", "resend", &queued]);
    refused.refused(2, &["is queued", "`ringback deliveries retry` makes its next attempt now"]);
    let waiting = place.run(&["deliveries", "resend", "--state", "waiting", "--yes"]);
    waiting.refused(2, &["--state waiting: a pending delivery is still sent"]);
    // A blocked one is not sent otherwise: it is resent manually.
    assert_eq!(place.run(&["deliveries", "pause"]).code, Some(0));
    let manually = place.run(&["deliveries", "resend", &queued, "--json"]).json();
    assert!(manually["new_delivery_id"].is_string(), "{manually}");
    assert_eq!(place.run(&["deliveries", "resume"]).code, Some(0));
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    let mut delivered = list("delivered");
    assert_eq!(delivered.len(), 2);
    delivered.retain(|id| *id != queued);

    let retried = place.run(&["deliveries", "retry", &queued]);
    assert!(retried.code == Some(0) && retried.out.contains("resending as "), "{retried:?}");
    let said = ["it had ended", "`ringback deliveries resend`"];
    assert!(said.iter().all(|part| retried.err.contains(part)), "{retried:?}");
    let resent = place.run(&["deliveries", "resend", &queued]);
    assert!(resent.code == Some(0) && resent.out.contains("resending as "), "{resent:?}");
    assert!(!resent.err.contains("it had ended"), "{resent:?}");
    // Without a state those that failed, of which there are none; with one those that were not resent before.
    let failed = place.run(&["deliveries", "resend", "--all", "--dry-run", "--json"]).json();
    assert_eq!(failed["matched"], 0, "{failed}");
    let matched = place.run(&["deliveries", "resend", "--state", "delivered", "--yes", "--json"]).json();
    assert_eq!((&matched["matched"], &matched["resent"]), (&json!(1), &json!(1)), "{matched}");
}
