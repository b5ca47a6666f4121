//! Searches of the delivery log: the first page of each field, with a million deliveries of a hundred profiles.
//!
//! `cargo bench --bench search` accepts and sends them first, which takes a minute or two, and 1 GB for temporary
//! files; `-- 5` does it with five million. Each figure is the time of `ringback deliveries list` as a process, from
//! its start to its end.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]

mod endpoint;
mod figures;
mod program;

use endpoint::Endpoint;
use figures::{Figure, keep, percentile};
use program::{Output, Site};
use serde_json::Value;

/// Deliveries, in millions, unless asked otherwise.
const MILLIONS: usize = 1;
const PROFILES: usize = 100;
/// The newest deliveries, which are queued while the others were delivered.
const QUEUED: usize = 10_000;
/// Searches of each kind.
const RUNS: usize = 5;

fn main() {
    endpoint::serve_if_asked();
    let millions = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(MILLIONS);
    let endpoint = Endpoint::start(2, 0);
    // The first records arrivals, which costs a little.
    let urls: Vec<String> = (0..PROFILES).map(|_| endpoint.taking()[1].clone()).collect();
    let site = Site::new(&urls);
    accept(&site, 1);
    let oldest = newest(&site);
    for _ in 0..millions {
        accept(&site, 1_000_000);
        site.run(&["work", "--until-idle"], Output::File);
    }
    accept(&site, QUEUED);
    let newest = newest(&site);
    let words = [
        ("state, of most", "state:delivered".to_owned()),
        ("state, of the newest", "state:queued".to_owned()),
        ("state, of none", "state:failed".to_owned()),
        ("status, of most", "status:200".to_owned()),
        ("status, of none", "status:503".to_owned()),
        ("class, of none", "class:timeout".to_owned()),
        ("profile by ID", format!("profile:{}", site.profile())),
        ("ID, of the newest", format!("id:{newest}")),
        ("ID, of the oldest", format!("id:{oldest}")),
        ("time, the newest", "since:2m".to_owned()),
        ("time, none", "until:yesterday".to_owned()),
        ("resends of the oldest", format!("resent:{oldest}")),
    ];
    let scans = [
        ("whether resent, of none", "resent:yes".to_owned()),
        ("event, of none", "event:wa-send".to_owned()),
        ("value, of none", "value.id=4711".to_owned()),
        ("text, of none", "\"no such text\"".to_owned()),
    ];
    let mut figures = Vec::new();
    for (name, word) in &words {
        figures.push(Figure::new(
            format!("first page by {name}, ms"),
            milliseconds(&site, word),
            Some("<= 100"),
        ));
    }
    for (name, word) in &scans {
        figures.push(Figure::new(format!("whole log by {name}, ms"), milliseconds(&site, word), None));
    }
    keep("search", &figures);
}

/// The median of the times of a search.
fn milliseconds(site: &Site, word: &str) -> f64 {
    let mut times: Vec<f64> =
        (0..RUNS).map(|_| site.run(&search(word), Output::File).seconds * 1000.0).collect();
    percentile(&mut times, 50)
}

/// Queues so many events, of each profile in turn.
fn accept(site: &Site, count: usize) {
    let events = site.events(count);
    site.run(&["send", "--from", events.to_str().unwrap(), "--no-wait"], Output::File);
}

/// The ID of the newest delivery.
fn newest(site: &Site) -> String {
    let output = site.command(&["deliveries", "list", "--limit", "1", "--json"]).output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    found[0]["delivery_id"].as_str().unwrap().to_owned()
}

fn search(word: &str) -> [&str; 7] {
    ["deliveries", "list", "--limit", "50", "--json", "--text", word]
}
