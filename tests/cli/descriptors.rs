//! Few file descriptors: connections that are kept must not take those that new ones need.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::support::cli::{Place, ran};
use crate::support::limits::limited;
use crate::support::recorder::{Recorder, event};
use serde_json::{Value, json};

/// Hosts, each at an address of its own.
const HOSTS: usize = 120;
/// Events for each.
const EVENTS: usize = 20;

#[test]
fn many_hosts_with_few_descriptors_lose_nothing() {
    let place = Place::new();
    // Every address of 127.0.0.0/8 is this machine's own, and each is a host to the sender.
    let hosts = Recorder::at("0.0.0.0:0", Duration::from_millis(20), |_, _| 200);
    let profiles: Vec<Value> = (1..=HOSTS)
        .map(|n| {
            let mut profile = hosts.profile(0);
            profile["url"] = json!(format!("http://127.0.0.{n}:{}/cb", hosts.addr.port()));
            profile["title"] = json!(format!("Host {n}"));
            profile
        })
        .collect();
    let ids = place.apply(&json!(profiles));
    assert_eq!(ids.len(), HOSTS);
    let events: String =
        (0..EVENTS).flat_map(|n| ids.iter().map(move |id| event(id, &n.to_string()))).collect();
    let file = place.file("events.ndjson", &events);
    let sent = place.run(&["send", "--from", &file, "--no-wait"]);
    assert_eq!(sent.code, Some(0), "{}", sent.err);
    let work = ran(limited(&place.command(&["work", "--until-idle", "--json"]), "ulimit -n 256"));
    assert_eq!((work.code, work.err.as_str()), (Some(0), ""));
    let lines: Vec<Value> = work.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut states: HashMap<&str, usize> = HashMap::new();
    let failures = lines.iter().filter(|line| line["state"] == "failed");
    let messages: HashSet<String> = failures.map(|line| line["error"]["message"].to_string()).collect();
    assert_eq!(messages, HashSet::new());
    for line in &lines {
        *states.entry(line["state"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(states, HashMap::from([("delivered", HOSTS * EVENTS), ("ended", 1)]));
    assert!(hosts.book().values().all(|arrived| arrived.times == 1), "none is sent twice");
}
