//! Bulk resends and retries, and what becomes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::cli::{On, Place, Running};
use crate::support::recorder::{Recorder, events};

/// An endpoint that fails some requests, by their number from 1.
fn counting(fails: impl Fn(u32) -> bool + Send + Sync + Clone + 'static) -> Recorder {
    let count = Arc::new(AtomicU32::new(0));
    let status = move |_: &str, _| if fails(count.fetch_add(1, Ordering::SeqCst) + 1) { 500 } else { 200 };
    Recorder::start(Duration::ZERO, status)
}

/// A sender, once it is the active one.
fn sending(place: &Place) -> Running {
    let work = Running::start(place.command(&["work"]));
    while place.run(&["senders", "--json"]).json() == json!([]) {
        std::thread::sleep(Duration::from_millis(10));
    }
    work
}

/// Nine deliveries that have failed. Of the attempts after them, each third one fails.
fn failed(place: &Place) -> Recorder {
    let endpoint = counting(|n| n <= 9 || n.is_multiple_of(3));
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let file = place.file("events.ndjson", &events(&id, "", 9));
    let sent = place.run(&["send", "--from", &file]);
    assert_eq!(sent.code, Some(1), "{sent:?}");
    endpoint
}

fn listed(place: &Place, args: &[&str]) -> Vec<Value> {
    let args = [&["deliveries", "list", "--limit", "0", "--json"], args].concat();
    place.run(&args).json().as_array().unwrap().clone()
}

fn bulk_id(document: &Value) -> String {
    document["bulk_id"].as_str().unwrap().to_owned()
}

#[test]
fn what_came_of_a_resend_is_awaited_and_looked_up() {
    let place = Place::new();
    let endpoint = failed(&place);
    let work = sending(&place);
    let resend = ["deliveries", "resend", "--state", "failed", "--yes", "--wait"];
    let ended = place.run(&resend);
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), "9 resent: 6 delivered, 3 failed\n"), "{ended:?}");
    let all = place.run(&["deliveries", "bulk", "--json"]).json();
    let id = bulk_id(&all[0]);
    assert!(ended.err.contains(&format!("deliveries list --bulk {id} --state failed` lists")), "{ended:?}");
    let mut document = all[0].clone();
    assert!(document.as_object_mut().unwrap().remove("begun_at").unwrap().is_string());
    assert_eq!(
        document,
        json!({
            "bulk_id": id, "what": "failed deliveries", "matched": 9, "retried": 0, "resent": 9, "left": 0,
            "delivered": 6, "failed": 3, "cancelled": 0, "pending": 0, "removed": 0, "ended": true,
        })
    );
    let text = place.run(&["deliveries", "bulk"]);
    assert!(text.out.starts_with(&format!("{id}  ")), "{text:?}");
    assert!(text.out.ends_with("  9 resent: 6 delivered, 3 failed  (failed deliveries)\n"), "{text:?}");
    let one = place.run(&["deliveries", "bulk", &id, "--wait", "--json"]);
    assert_eq!((one.code, one.json()["failed"].clone()), (Some(1), json!(3)));
    assert_eq!(place.run(&["deliveries", "bulk", &id]).code, Some(0), "without --wait it is only a question");

    // Exactly those that failed, which are resent as the next action.
    let again = listed(&place, &["--bulk", &id, "--state", "failed"]);
    assert_eq!(again.len(), 3);
    assert!(again.iter().all(|row| row["kind"] == "again" && row["status"] == 500), "{again:?}");
    assert_eq!(listed(&place, &["--bulk", &id]).len(), 9);
    let next = place.run(&["deliveries", "resend", "--bulk", &id, "--yes", "--wait", "--json"]);
    let next = next.json();
    assert_eq!(
        (&next["resent"], &next["result"]["delivered"], &next["result"]["failed"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(next["result"]["what"], format!("failed deliveries, bulk action {id}"));
    assert_eq!(bulk_id(&next), bulk_id(&next["result"]));
    let all = place.run(&["deliveries", "bulk", "--limit", "1", "--json"]).json();
    assert_eq!((all.as_array().unwrap().len(), bulk_id(&all[0])), (1, bulk_id(&next)));
    assert_eq!(endpoint.book().len(), 9 + 9 + 3);
    drop(work);
}

#[test]
fn nothing_is_awaited_that_nobody_sends() {
    let place = Place::new();
    let _endpoint = failed(&place);
    let resent = place.run(&["deliveries", "resend", "--state", "failed", "--yes", "--wait"]);
    resent.refused(
        1,
        &["9 resent: 9 pending; no session is sending from this database", "--wait` waits again"],
    );
    let id = bulk_id(&place.run(&["deliveries", "bulk", "--json"]).json()[0]);
    let mut waits = Running::start(place.command(&["deliveries", "bulk", &id, "--wait"]));
    assert_eq!(waits.code(), Some(1));
    let work = sending(&place);
    let done = place.run(&["deliveries", "bulk", &id, "--wait"]);
    assert!(done.code == Some(1) && done.out.contains("9 resent: 6 delivered, 3 failed"), "{done:?}");
    drop(work);
}

#[test]
fn retries_have_a_result_too_and_an_interrupt_leaves_it_to_be_looked_up() {
    let place = Place::new();
    let endpoint = counting(|n| n <= 4);
    let mut profile = endpoint.profile(2);
    profile["retry"]["interval_s"] = json!(3600);
    let id = place.apply(&profile).remove(0);
    let work = sending(&place);
    let file = place.file("events.ndjson", &events(&id, "", 4));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    endpoint.wait("their first attempts", |book| book.len() == 4);
    while listed(&place, &["--state", "waiting"]).len() != 4 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let retried = place.run(&["deliveries", "retry", "--profile", &id, "--yes", "--wait", "--json"]);
    assert_eq!(retried.code, Some(0), "{retried:?}");
    let result = &retried.json()["result"];
    assert_eq!(
        (&result["retried"], &result["resent"], &result["delivered"]),
        (&json!(4), &json!(0), &json!(4))
    );
    assert_eq!(result["what"], format!("waiting, failed and cancelled deliveries of {id}"));
    drop(work);

    // A resend that takes longer than somebody waits.
    endpoint.withhold_responses();
    let work = sending(&place);
    let args = ["deliveries", "resend", "--state", "delivered", "--yes", "--wait"];
    let mut waits = Running::start(place.command(&args));
    endpoint.wait("the resends", |book| book.len() == 8);
    waits.line(On::Err, "4 resent: 4 pending …");
    waits.interrupt();
    assert_eq!(waits.code(), Some(130));
    assert!(waits.rest_of_errors().iter().any(|line| line.contains("--wait` waits again")));
    endpoint.release_responses();
    let id = bulk_id(&place.run(&["deliveries", "bulk", "--json"]).json()[0]);
    let done = place.run(&["deliveries", "bulk", &id, "--wait"]);
    assert!(done.code == Some(0) && done.out.contains("4 resent: 4 delivered"), "{done:?}");
    drop(work);
}

#[test]
fn wrong_uses_are_reported() {
    let place = Place::new();
    place.run_unnamed(&["deliveries", "bulk", "00c3a91f5e20"]).refused(2, &["no bulk action 00c3a91f5e20"]);
    place.run_unnamed(&["deliveries", "bulk", "0c"]).refused(2, &["must be the ID of a bulk action"]);
    place.run_unnamed(&["deliveries", "bulk", "--wait"]).refused(2, &["<ID>"]);
    place.run_unnamed(&["deliveries", "resend", "01a22916", "--wait"]).refused(2, &["--wait"]);
    let none = place.run_unnamed(&["deliveries", "bulk"]);
    assert!(none.code == Some(0) && none.err.contains("no bulk retries or resends yet"), "{none:?}");
    assert_eq!(place.run_unnamed(&["deliveries", "bulk", "--json"]).json(), json!([]));
}
