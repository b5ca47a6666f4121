//! Few file descriptors: idle connections must not use up those that new ones need.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::support::cli::{On, Place, Running, ran};
use crate::support::limits::limited;
use crate::support::recorder::{Recorder, event};
use serde_json::{Value, json};

/// Hosts, each with its own address.
const HOSTS: usize = 120;
/// Events for each.
const EVENTS: usize = 20;

/// Profiles for this many hosts with addresses of this machine, starting at this one.
fn profiles(hosts: &Recorder, first: [u8; 4], count: usize, timeout_ms: u32) -> Vec<Value> {
    let profile = |n: usize| {
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::from(first)) + u32::try_from(n).unwrap());
        let mut profile = hosts.profile(1);
        profile["url"] = json!(format!("http://{address}:{}/cb", hosts.addr.port()));
        profile["title"] = json!(format!("Host {n}"));
        profile["retry"]["timeout_ms"] = json!(timeout_ms);
        profile
    };
    (0..count).map(profile).collect()
}

/// They hang until the test is over.
#[test]
fn hanging_hosts_leave_descriptors_for_others() {
    let place = Place::new();
    let hanging = Recorder::at("0.0.0.0:0", Duration::MAX, |_, _| 200);
    let healthy = Recorder::at("0.0.0.0:0", Duration::from_millis(20), |_, _| 200);
    let mut documents = profiles(&hanging, [127, 1, 0, 1], 12, 60_000);
    documents.extend(profiles(&healthy, [127, 0, 0, 1], 5, 60_000));
    let ids = place.apply(&json!(documents));
    // Those that hang are queued first.
    let events: String = ids.iter().flat_map(|id| (0..EVENTS).map(|n| event(id, &n.to_string()))).collect();
    let file = place.file("events.ndjson", &events);
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    let mut work = Running::start(limited(&place.command(&["work"]), "ulimit -n 64"));
    healthy.wait("what does not hang", |book| book.len() == 5 * EVENTS);
    assert!(hanging.book().len() >= 12, "each of them is tried");
    work.signal("TERM");
    work.line(On::Err, "requests in flight");
    work.interrupt();
    assert_eq!(work.code(), Some(0));
}

#[test]
fn many_hosts_with_few_descriptors_lose_nothing() {
    let place = Place::new();
    // Every address in 127.0.0.0/8 is this machine, and a separate host to the sender.
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

/// Too few for a command: it says so, and never blames the database.
#[test]
fn too_few_descriptors_are_reported_as_the_reason() {
    let place = Place::new();
    let endpoint = Recorder::at("127.0.0.1:0", Duration::ZERO, |_, _| 200);
    place.apply(&endpoint.profile(0));
    let mut refused = 0;
    for most in 6..=24 {
        for args in [
            &["profiles", "list"][..],
            &["deliveries", "list"],
            &["preview", "Order SMS"],
            &["work", "--until-idle"],
        ] {
            let ran = ran(limited(&place.command(args), &format!("ulimit -n {most}")));
            if ran.code != Some(0) {
                refused += 1;
                let why = format!("this process may open only {most} files and sockets: raise the limit");
                assert!(ran.code == Some(1) && ran.err.contains(&why), "{most} {args:?}: {ran:?}");
                assert!(!ran.err.contains("panicked"), "{ran:?}");
            }
        }
    }
    assert!(refused >= 4, "{refused}");
}
