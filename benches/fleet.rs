//! The sender on PostgreSQL, as people run it: commands as processes with default limits, and a server with its
//! default durability on the same machine, beside the same commands over `SQLite`. Alternated; the median of three
//! rounds.
//!
//! `cargo bench --bench fleet` prints the figures and keeps them in `target/figures/fleet.json`. It takes about ten
//! minutes, and says so where PostgreSQL is not installed. `-- pages` and the names of other parts, see `main`, measure
//! only that.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]
#![allow(clippy::cast_precision_loss, reason = "a few million")]

#[path = "fleet/cycles.rs"]
mod cycles;
mod delivering;
mod endpoint;
mod figures;
#[path = "fleet/hanging.rs"]
mod hanging;
#[path = "processes/held_open.rs"]
mod held_open;
#[path = "fleet/keys.rs"]
mod keys;
#[path = "processes/latency.rs"]
mod latency;
#[path = "fleet/pages.rs"]
mod pages;
mod program;
#[path = "measures/retries.rs"]
mod retries;
#[path = "fleet/second_host.rs"]
mod second_host;
#[path = "measures/streaming.rs"]
mod streaming;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use endpoint::{Endpoint, SLOW};
use figures::{Figure, keep, percentile, print};
use latency::Goals;
use program::{Output, Site};
use ringback::storage::Profiles as _;
use ringback::storage::postgres::{Address, PgStore};
use support::postgres::{self, Cluster, Database};

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
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if is_asked("cycles") {
        let database = migrated(cluster);
        let profile = delivering::checked(&delivering::draft(&endpoint.taking()[1]));
        runtime.block_on(store(&database).save_profiles(vec![profile.clone()])).unwrap();
        let cycles = cycles::measure(|| store(&database), server(cluster), &profile);
        figures.extend(runtime.block_on(cycles));
    }
    if is_asked("second") {
        figures.extend(second_host::measure(|| self::database(cluster)));
    }
    if is_asked("hanging") {
        figures.push(hanging::measure(|| self::database(cluster), store));
    }
    if is_asked("retries") {
        let (database, endpoint) = (migrated(cluster), Endpoint::start(1, 0));
        let profile = delivering::checked(&delivering::draft(&endpoint.taking()[0]));
        let store = store(&database);
        runtime.block_on(store.save_profiles(vec![profile.clone()])).unwrap();
        figures.extend(runtime.block_on(retries::measure_on(&store, &profile, &endpoint)));
    }
    if is_asked("pages") || is_asked("keys") {
        let database = migrated(cluster);
        database.sql(pages::FILL);
        if is_asked("pages") {
            figures.extend(runtime.block_on(pages::measure(&store(&database))));
        }
        if is_asked("keys") {
            let profile = delivering::checked(&delivering::draft(&endpoint.taking()[1]));
            figures.extend(keys::measure(&database, &store(&database), &profile));
        }
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

/// One with the schema.
fn migrated(cluster: &'static Cluster) -> Database {
    let database = database(cluster);
    tokio::runtime::Runtime::new().unwrap().block_on(store(&database).migrate()).unwrap();
    database
}

/// The store in a database.
fn store(database: &Database) -> PgStore {
    PgStore::new(Address::parse(&database.url()).unwrap(), None)
}

/// The process of the server.
fn server(cluster: &Cluster) -> u32 {
    let text = std::fs::read_to_string(cluster.folder().join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
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
