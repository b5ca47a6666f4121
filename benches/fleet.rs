//! The sender on PostgreSQL, as people run it: commands as processes with default limits, and a server with its
//! default durability on the same machine, beside the same commands over `SQLite`. Alternated; the median of three
//! rounds.
//!
//! `cargo bench --bench fleet` prints the figures and keeps them in `target/figures/fleet.json`. It takes about five
//! minutes, and says so where PostgreSQL is not installed. `-- whole`, `-- latency`, `-- held-open` and `-- takeover`
//! measure only that.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]
#![allow(clippy::cast_precision_loss, reason = "a few million")]

mod endpoint;
mod figures;
#[path = "processes/held_open.rs"]
mod held_open;
#[path = "processes/latency.rs"]
mod latency;
#[allow(dead_code, reason = "written for tests")]
#[path = "../tests/support/needs.rs"]
mod needs;
#[allow(dead_code, reason = "written for tests")]
#[path = "../tests/support/postgres.rs"]
mod postgres;
mod program;

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use endpoint::{Endpoint, SLOW};
use figures::{Figure, keep, percentile, print};
use latency::Goals;
use postgres::{Cluster, Database};
use program::{Output, Site};

/// Rounds; the median counts.
const ROUNDS: usize = 3;

/// Events of a run.
const EVENTS: usize = 50_000;

fn main() {
    endpoint::serve_if_asked();
    let Some(bin) = postgres::binaries() else {
        println!("PostgreSQL is not installed: nothing is measured");
        return;
    };
    let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start(&bin, &[])));
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    let endpoint = Endpoint::start(2, 0);
    let mut figures: Vec<Figure> = Vec::new();
    if is_asked("whole") {
        figures.extend(whole(cluster, &endpoint));
    }
    if is_asked("latency") {
        let database = database(cluster);
        let site = Site::on(database.url(), &endpoint.taking()[..1]);
        figures.extend(latency::measure(&site, &endpoint, &Goals { alone: "<= 10", stream: "<= 30" }));
    }
    if is_asked("held-open") {
        let database = database(cluster);
        let site = Site::on(database.url(), &endpoint.taking()[1..]);
        figures.push(held_open::measure(&database, &site));
    }
    if is_asked("takeover") {
        figures.push(takeover(cluster, &endpoint));
    }
    if asked.is_empty() {
        keep("fleet", &figures);
    } else {
        print(&figures);
    }
}

/// An empty database.
fn database(cluster: &'static Cluster) -> Database {
    cluster.database("template1")
}

/// Deliveries a second: accepted with `send --no-wait`, and then sent by one `work`.
fn whole(cluster: &'static Cluster, endpoint: &Endpoint) -> Vec<Figure> {
    let urls = &endpoint.taking()[1..];
    let (mut file, mut server) = (<[Vec<f64>; 2]>::default(), <[Vec<f64>; 2]>::default());
    for _ in 0..ROUNDS {
        note(&mut file, &Site::new(urls));
        let database = database(cluster);
        note(&mut server, &Site::on(database.url(), urls));
    }
    let [accepted, sent] = file.map(|mut rates| percentile(&mut rates, 50));
    let [accepted_by_server, sent_by_server] = server.map(|mut rates| percentile(&mut rates, 50));
    vec![
        Figure::new("accepted a second, SQLite", accepted, None),
        Figure::new("accepted a second, PostgreSQL", accepted_by_server, None),
        Figure::new("deliveries a second, SQLite", sent, None),
        Figure::new("deliveries a second, PostgreSQL", sent_by_server, Some(">= 6000")),
        Figure::new("deliveries, PostgreSQL against SQLite", sent_by_server / sent, Some(">= 0.35")),
    ]
}

/// The rates of one run.
fn note([accepted, sent]: &mut [Vec<f64>; 2], site: &Site) {
    let events = site.events(EVENTS);
    let accepting = site.run(&["send", "--from", events.to_str().unwrap(), "--no-wait"], Output::File);
    let sending = site.run(&["work", "--until-idle"], Output::File);
    accepted.push(EVENTS as f64 / accepting.seconds);
    sent.push(EVENTS as f64 / sending.seconds);
}

/// Seconds from the death of one of two senders at work until the other one has taken over what it had claimed.
fn takeover(cluster: &'static Cluster, endpoint: &Endpoint) -> Figure {
    let database = database(cluster);
    let site = Site::on(database.url(), &[endpoint.taking()[1].replace("/cb", SLOW)]);
    let events = site.events(EVENTS);
    site.run(&["send", "--from", events.to_str().unwrap(), "--no-wait"], Output::File);
    let sender = || site.command(&["work"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut senders = [sender(), sender()];
    let claimers = || database.sql("SELECT count(DISTINCT claimed_by) FROM ringback.pending");
    until(|| claimers() == "2");
    let seats = database.sql("SELECT lease_ms FROM ringback.meta");
    let lease: f64 = seats.parse::<f64>().unwrap() / 1000.0;
    senders[0].kill().unwrap();
    senders[0].wait().unwrap();
    let death = Instant::now();
    until(|| database.sql("SELECT count(*) FROM ringback.sender") == "1");
    let seconds = death.elapsed().as_secs_f64();
    senders[1].kill().unwrap();
    senders[1].wait().unwrap();
    Figure::new("takeover after kill -9, in leases and a second", seconds / (lease + 1.0), Some("<= 1"))
}

/// Waits for something that must happen.
fn until(mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_mins(2), "it does not happen");
        thread::sleep(Duration::from_millis(20));
    }
}
