//! The rate of healthy endpoints while one of ten hangs.

use std::process::Stdio;
use std::time::{Duration, Instant};

use ringback::storage::Log as _;
use ringback::storage::postgres::PgStore;

use crate::endpoint::{Endpoint, HANGS};
use crate::figures::{Figure, percentile};
use crate::program::{Output, Site};
use crate::support::postgres::Database;

const ENDPOINTS: usize = 10;
/// Events of each endpoint.
const EACH: usize = 4_000;
const ROUNDS: usize = 3;

/// The rate of each healthy endpoint beside one that hangs, against that of ten healthy ones.
pub fn measure(database: impl Fn() -> Database, store: impl Fn(&Database) -> PgStore) -> Figure {
    let endpoint = Endpoint::start(ENDPOINTS + 1, 0);
    let healthy = endpoint.taking()[1..].to_vec();
    let mut mixed = healthy.clone();
    mixed[0] = mixed[0].replace("/cb", HANGS);
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let seconds = |urls: &[String], delivered: usize| {
            let database = database();
            let site = Site::on(database.url(), urls);
            let events = site.events(EACH * ENDPOINTS);
            site.run(&["send", "--from", events.to_str().unwrap(), "--no-wait"], Output::File);
            until(&site, &store(&database), delivered as u64)
        };
        let without = seconds(&healthy, EACH * ENDPOINTS);
        let with = seconds(&mixed, EACH * (ENDPOINTS - 1));
        // Each healthy endpoint got the same number in both.
        ratios.push(without / with);
    }
    let name = "healthy endpoints' rate, one of ten hanging against none";
    Figure::new(name, percentile(&mut ratios, 50), Some(">= 0.9"))
}

/// Seconds until so many are delivered by one sender.
fn until(site: &Site, store: &PgStore, delivered: u64) -> f64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let counts = || runtime.block_on(store.counts()).unwrap().delivered;
    counts();
    let began = Instant::now();
    let mut work = site.command(&["work"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while counts() < delivered {
        assert!(began.elapsed() < Duration::from_mins(2), "they are not delivered");
        std::thread::sleep(Duration::from_millis(10));
    }
    let seconds = began.elapsed().as_secs_f64();
    work.kill().unwrap();
    work.wait().unwrap();
    seconds
}
