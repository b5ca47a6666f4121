//! The real sender against an endpoint that fails and recovers: an auto-disabled profile is probed, enabled by a
//! delivered probe, and its queue follows; also when the sender is killed with the probe in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::alerts::switched;
use crate::support::cli::{Place, Running};
use crate::support::recorder::{Arrived, Recorder, events};

/// The longest that anything is waited for.
const DEADLINE: Duration = Duration::from_mins(1);

/// A sender, and a profile that it has disabled after three failures; more events are queued.
struct Disabled {
    place: Place,
    endpoint: Recorder,
    fails: Arc<AtomicBool>,
    id: String,
    work: Running,
}

impl Disabled {
    fn new(queued: usize) -> Self {
        let (place, (endpoint, fails)) = (Place::new(), switched());
        place.settings("auto_disable_after = 3\n");
        let mut document = endpoint.profile(0);
        document["auto_enable"] = json!("probe");
        let id = place.apply(&document).remove(0);
        let work = Running::start(place.command(&["work"]));
        let disabled = Self { place, endpoint, fails, id, work };
        disabled.accept("a", 3);
        Disabled::wait("it is auto-disabled", || disabled.profile()["status"] == 2);
        disabled.accept("b", queued);
        disabled
    }

    fn accept(&self, start: &str, count: usize) {
        let file = self.place.file(&format!("{start}.ndjson"), &events(&self.id, start, count));
        assert_eq!(self.place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    }

    fn profile(&self) -> Value {
        self.place.run(&["profiles", "show", &self.id, "--json"]).json()
    }

    fn db(&self) -> Connection {
        let db = Connection::open(self.place.db()).unwrap();
        db.busy_timeout(DEADLINE).unwrap();
        db
    }

    /// The next probe is due, and the sender learns of it by another event.
    fn make_due(&self, start: &str) {
        assert_eq!(self.db().execute("UPDATE hold SET probe_at = 1", []).unwrap(), 1);
        self.accept(start, 1);
    }

    /// How long the profile waits for its next probe, in seconds.
    fn probe_wait(&self) -> i64 {
        self.db().query_row("SELECT probe_wait_s FROM hold", [], |row| row.get(0)).unwrap()
    }

    fn wait(what: &str, is_so: impl Fn() -> bool) {
        let until = Instant::now() + DEADLINE;
        while !is_so() {
            assert!(Instant::now() < until, "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What arrived of these events, in the order in which it arrived last.
    fn arrived(&self, start: &str) -> Vec<Arrived> {
        arrived(&self.endpoint, start)
    }
}

/// What arrived of events whose references start so, in the order in which it arrived last.
pub fn arrived(endpoint: &Recorder, start: &str) -> Vec<Arrived> {
    let mark = format!("{{\"ref\": \"{start}");
    let mut all: Vec<Arrived> =
        endpoint.book().values().filter(|arrived| arrived.body.starts_with(&mark)).cloned().collect();
    all.sort_by_key(|arrived| arrived.last);
    all
}

/// The bodies of these.
pub fn bodies(all: &[Arrived]) -> Vec<&str> {
    all.iter().map(|arrived| arrived.body.as_str()).collect()
}

#[test]
fn a_failed_probe_is_not_used_up_and_a_delivered_one_enables() {
    let mut it = Disabled::new(30);
    let shown = it.profile();
    assert_eq!(
        (&shown["auto_enable"], &shown["health"]["state"]),
        (&json!("probe"), &json!("auto-disabled"))
    );
    assert_eq!(shown["health"]["next_probe_at"], shown["auto_disabled"]["next_probe_at"]);
    assert!(shown["health"]["next_probe_at"].is_string(), "{shown}");
    let text = it.place.run(&["profiles", "show", &it.id]).out;
    assert!(text.contains("Next probe") && text.contains("Auto-enable"), "{text}");

    for (n, wait) in [(1, 120), (2, 240)] {
        it.make_due(&format!("c{n}-"));
        Disabled::wait("the probe has failed", || it.probe_wait() == wait);
        let probe = it.arrived("b");
        assert_eq!((probe.len(), probe[0].times), (1, n), "always the oldest, and no other: {probe:?}");
    }
    let probed = it.place.run(&["deliveries", "list", "--state", "waiting", "--json"]).json();
    assert_eq!((probed.as_array().unwrap().len(), &probed[0]["attempt_count"]), (1, &json!(2)));
    let probed = probed[0]["delivery_id"].as_str().unwrap().to_owned();
    let doctor = it.place.run(&["doctor"]).out;
    assert!(doctor.contains("next probe at"), "{doctor}");

    it.fails.store(false, Ordering::Relaxed);
    it.make_due("d");
    Disabled::wait("everything has arrived", || it.arrived("b").len() == 30 && it.profile()["status"] == 1);
    assert_eq!(
        bodies(&it.arrived("b"))[..2],
        ["{\"ref\": \"b1\"}", "{\"ref\": \"b2\"}"],
        "one at a time first"
    );
    it.work.signal("TERM");
    it.work.code();
    assert_eq!(it.place.run(&["work", "--until-idle"]).code, Some(0));
    let all: Vec<Arrived> = ["b", "c", "d"].iter().flat_map(|start| it.arrived(start)).collect();
    assert_eq!((all.len(), all.iter().filter(|arrived| arrived.taken == 1).count()), (33, 33));

    let shown = it.place.run(&["deliveries", "show", &probed, "--json"]).json();
    let made: Vec<(&Value, &Value)> =
        shown["attempts"].as_array().unwrap().iter().map(|one| (&one["status"], &one["probe"])).collect();
    assert_eq!(
        made,
        [(&json!(500), &json!(true)), (&json!(500), &json!(true)), (&json!(200), &json!(true))],
        "without a single retry in its profile"
    );
    let turns = it.place.run(&["alerts", "list", "--json"]).json();
    let kinds: Vec<&Value> = turns.as_array().unwrap().iter().map(|turn| &turn["kind"]).collect();
    assert_eq!(kinds, ["recovered", "auto-disabled"]);
    assert_eq!(turns[0]["before"]["state"], "auto-disabled");
    assert_eq!(turns[0]["cause"]["message"], "a probe was delivered");
}

#[test]
fn a_sender_killed_with_a_probe_in_flight_is_followed_by_one_that_probes_at_once() {
    let mut it = Disabled::new(10);
    it.fails.store(false, Ordering::Relaxed);
    it.endpoint.withhold_responses();
    it.make_due("c");
    it.endpoint.wait("the probe", |book| book.values().any(|arrived| arrived.body.contains("\"b1\"")));
    assert!(it.work.kill9());
    assert_eq!((it.profile()["status"].clone(), it.arrived("b").len()), (json!(2), 1));
    it.endpoint.release_responses();
    it.work = Running::start(it.place.command(&["work"]));
    Disabled::wait("everything has arrived", || it.arrived("b").len() == 10 && it.arrived("c").len() == 1);
    let all = it.arrived("b");
    assert_eq!(bodies(&all)[..2], ["{\"ref\": \"b1\"}", "{\"ref\": \"b2\"}"]);
    assert_eq!(all.iter().map(|arrived| arrived.times).sum::<u32>(), 11, "the probe twice, all others once");
    Disabled::wait("it is enabled", || it.profile()["status"] == 1);
}
