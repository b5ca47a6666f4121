//! The real sender against an endpoint that fails and recovers: each turn is given once to a command and to a profile,
//! also when the sender is killed while it gives it.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::cli::{Place, Running};
use crate::support::recorder::{Recorder, event};

/// The longest that anything is waited for.
const DEADLINE: Duration = Duration::from_mins(1);

/// An endpoint that fails while this is set.
pub fn switched() -> (Recorder, Arc<AtomicBool>) {
    let fails = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&fails);
    let status = move |_: &str, _| if switch.load(Ordering::Relaxed) { 500 } else { 200 };
    (Recorder::start(Duration::ZERO, status), fails)
}

/// The lines of a file as JSON; none if it does not exist.
pub fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    // The last one may be incomplete.
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Waits for so many lines.
#[track_caller]
pub fn wait_for_lines(file: &Path, count: usize) -> Vec<Value> {
    let until = Instant::now() + DEADLINE;
    loop {
        let all = lines(file);
        if all.len() >= count {
            assert_eq!(all.len(), count, "{all:#?}");
            return all;
        }
        assert!(Instant::now() < until, "{count} alerts: {all:#?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Events of these profiles, accepted and not sent.
fn accept(place: &Place, profiles: &[&str], of_each: usize) {
    let text: String =
        (0..of_each).flat_map(|n| profiles.iter().map(move |id| event(id, &n.to_string()))).collect();
    let file = place.file("events.ndjson", &text);
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
}

/// A minute passes, as far as alerts know.
fn a_minute_later(place: &Place) {
    let db = Connection::open(place.db()).unwrap();
    db.busy_timeout(DEADLINE).unwrap();
    db.execute("UPDATE alert SET made_at = made_at - 60000", []).unwrap();
}

fn settings(place: &Place, more: &str) {
    place.settings(&format!("auto_disable_after = 0\nfailing_after = 3\n{more}"));
}

#[test]
fn a_failing_endpoint_is_reported_once_and_its_recovery_once() {
    let (place, (endpoint, fails)) = (Place::new(), switched());
    let got = place.path("got");
    settings(&place, &format!("on_alert = \"cat >> {}\"\n", got.display()));
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let mut work = Running::start(place.command(&["work"]));
    accept(&place, &[&id], 5);
    let alert = wait_for_lines(&got, 1).remove(0);
    assert_eq!((&alert["kind"], &alert["profile_id"]), (&json!("failing"), &json!(id)));
    assert_eq!(
        (&alert["count"], &alert["consecutive_failures"], &alert["before"]),
        (&json!(1), &json!(3), &Value::Null)
    );
    assert_eq!(
        alert["summary"],
        "Order SMS is failing: 3 consecutive failures; last: 500 Internal Server Error"
    );
    let delivery = &alert["alerts"][0]["delivery"];
    assert_eq!(delivery["delivery_id"], alert["cause"]["delivery_id"]);
    assert_eq!((&delivery["state"], &delivery["attempts"][0]["status"]), (&json!("failed"), &json!(500)));
    assert!(delivery["request"]["body"].as_str().unwrap().contains("ref"), "{delivery}");

    fails.store(false, Ordering::Relaxed);
    a_minute_later(&place);
    accept(&place, &[&id], 3);
    let recovered = wait_for_lines(&got, 2).remove(1);
    assert_eq!((&recovered["kind"], &recovered["before"]["state"]), (&json!("recovered"), &json!("failing")));
    assert_eq!(recovered["before"]["since"], alert["since"]);
    a_minute_later(&place);
    accept(&place, &[&id], 3);
    work.signal("TERM");
    work.code();
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    assert_eq!(lines(&got).len(), 2, "each turn once");
    let listed = place.run(&["alerts", "list", "--json"]).json();
    let kinds: Vec<&Value> = listed.as_array().unwrap().iter().map(|turn| &turn["kind"]).collect();
    assert_eq!(kinds, ["recovered", "failing"]);
    assert_eq!((&listed[1]["turn_id"], &listed[1]["alert"]["state"]), (&alert["turn_id"], &json!("given")));
    assert_eq!(listed[1]["alert"]["alert_id"], alert["alert_id"]);
}

#[test]
fn what_a_killed_sender_was_giving_is_given_by_the_next_with_the_same_id() {
    let (place, (endpoint, _fails)) = (Place::new(), switched());
    let (got, go, pid) = (place.path("got"), place.path("go"), place.path("pid"));
    let hangs = format!("echo $$ > {}; exec sleep 1000", pid.display());
    let command = format!("cat >> {}; [ -e {} ] || {{ {hangs}; }}", got.display(), go.display());
    settings(&place, &format!("on_alert = \"{command}\"\n"));
    let id = place.apply(&endpoint.profile(0)).remove(0);
    accept(&place, &[&id], 5);
    let mut work = Running::start(place.command(&["work"]));
    let first = wait_for_lines(&got, 1).remove(0);
    // Its command goes on, as it would after a crash.
    let left = wait_for_lines(&pid, 1).remove(0);
    assert!(work.kill9());
    assert!(Command::new("kill").arg(left.to_string()).status().unwrap().success());
    std::fs::write(&go, "").unwrap();
    let mut work = Running::start(place.command(&["work"]));
    let again = wait_for_lines(&got, 2).remove(1);
    assert_eq!((&again["alert_id"], &again["turn_id"]), (&first["alert_id"], &first["turn_id"]));
    work.signal("TERM");
    work.code();
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    assert_eq!(lines(&got).len(), 2, "it was given");
    assert_eq!(
        place.run(&["alerts", "list", "--json"]).json().as_array().unwrap().len(),
        1,
        "it turned once"
    );
}

#[test]
fn a_sender_killed_between_a_turn_and_its_alert_loses_nothing() {
    let (place, (endpoint, _fails)) = (Place::new(), switched());
    let got = place.path("got");
    settings(&place, &format!("on_alert = \"cat >> {}\"\n", got.display()));
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let mut work = Running::start(place.command(&["work"]));
    accept(&place, &[&id], 3);
    let db = Connection::open(place.db()).unwrap();
    db.busy_timeout(DEADLINE).unwrap();
    let turns = || db.query_row("SELECT count(*) FROM turn", [], |row| row.get::<_, i64>(0)).unwrap();
    let until = Instant::now() + DEADLINE;
    while turns() == 0 {
        assert!(Instant::now() < until, "it turns failing");
        std::thread::sleep(Duration::from_millis(5));
    }
    // An alert waits two seconds for more turns: on a machine that is slow enough it was taken, or given.
    assert!(work.kill9());
    let mut work = Running::start(place.command(&["work"]));
    let until = Instant::now() + DEADLINE;
    while lines(&got).is_empty() {
        assert!(Instant::now() < until, "it is given by the next sender");
        std::thread::sleep(Duration::from_millis(20));
    }
    work.signal("TERM");
    work.code();
    a_minute_later(&place);
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    let all = lines(&got);
    let ids = |name: &str| all.iter().map(|alert| alert[name].clone()).collect::<Vec<_>>();
    assert!(all.len() <= 2 && ids("alert_id").windows(2).all(|two| two[0] == two[1]), "{all:#?}");
    assert!(ids("turn_id").windows(2).all(|two| two[0] == two[1]) && turns() == 1, "{all:#?}");
}

#[test]
fn fifty_profiles_that_fail_at_once_are_one_alert() {
    let (place, (endpoint, _fails)) = (Place::new(), switched());
    let got = place.path("got");
    settings(&place, &format!("on_alert = \"cat >> {}\"\n", got.display()));
    let documents: Vec<Value> = (0..50).map(|_| endpoint.profile(0)).collect();
    let ids = place.apply(&documents.into());
    accept(&place, &ids.iter().map(String::as_str).collect::<Vec<_>>(), 3);
    assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
    let alert = wait_for_lines(&got, 1).remove(0);
    assert_eq!((&alert["count"], alert["alerts"].as_array().unwrap().len()), (&json!(50), 50));
    assert!(
        alert["summary"]
            .as_str()
            .unwrap()
            .ends_with(&format!(", and 49 more: {}, …", ["Order SMS failing"; 3].join(", "))),
        "{}",
        alert["summary"]
    );
}

#[test]
fn an_alert_is_an_event_of_a_profile_which_does_not_report_its_own_failure_to_itself() {
    let (place, (endpoint, _fails), pager) =
        (Place::new(), switched(), Recorder::start(Duration::ZERO, |_, _| 503));
    place.settings("auto_disable_after = 0\nfailing_after = 1\nalert_profile = \"Pager\"\n");
    let id = place.apply(&endpoint.profile(0)).remove(0);
    place.apply(&json!({
        "title": "Pager", "channel": "default", "url": format!("http://{}/page", pager.addr),
        "body": "{\"text\": \"<summary>\", \"kind\": \"<kind>\", \"title\": \"<title>\"}",
    }));
    accept(&place, &[&id], 1);
    for _ in 0..3 {
        assert_eq!(place.run(&["work", "--until-idle"]).code, Some(0));
        a_minute_later(&place);
    }
    let book = pager.book();
    assert_eq!(book.len(), 1, "its own failure is no event of it: {book:?}");
    let page: Value = serde_json::from_str(&book.values().next().unwrap().body).unwrap();
    let text = "Order SMS is failing: 1 failure; last: 500 Internal Server Error";
    assert_eq!(page, json!({"text": text, "kind": "failing", "title": "Order SMS"}));
    let listed = place.run(&["alerts", "list", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 2, "but it is listed");
}

#[test]
fn a_command_that_fails_is_reported_and_the_alert_is_not_given_again() {
    let (place, (endpoint, _fails)) = (Place::new(), switched());
    settings(&place, "on_alert = \"echo no mail >&2; exit 3\"\n");
    let id = place.apply(&endpoint.profile(0)).remove(0);
    accept(&place, &[&id], 3);
    let ran = place.run(&["work", "--until-idle"]);
    let why = "an alert was not given: on_alert: the command ended with exit status: 3: no mail";
    assert!(ran.code == Some(0) && ran.err.contains(why), "{ran:?}");
    let listed = place.run(&["alerts", "list", "--json"]).json();
    assert_eq!(listed[0]["alert"]["state"], "failed");
    assert!(why.ends_with(listed[0]["alert"]["error"].as_str().unwrap()));
    a_minute_later(&place);
    assert!(!place.run(&["work", "--until-idle"]).err.contains("alert"));
}
