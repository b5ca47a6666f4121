//! A second sender, where the senders are the limit: endpoints take a tenth of a second to respond, and a sender has 256
//! requests in flight. Two processes of one machine: what a second host has besides, a network between, is not measured.

use std::process::Stdio;
use std::time::Instant;

use crate::endpoint::{Endpoint, SLOWER};
use crate::figures::{Figure, percentile};
use crate::program::Site;
use crate::support::postgres::Database;

/// Endpoints, so many that the slots of each are no limit.
const ENDPOINTS: usize = 64;
/// Events of a run: some seconds.
const EVENTS: usize = 20_000;
const ROUNDS: usize = 3;

/// Deliveries per second of two senders against one.
pub fn measure(database: impl Fn() -> Database) -> [Figure; 3] {
    let endpoint = Endpoint::start(ENDPOINTS + 1, 0);
    let urls: Vec<String> = endpoint.taking()[1..].iter().map(|url| url.replace("/cb", SLOWER)).collect();
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (senders, rates) in (1..).zip(&mut rates) {
            let database = database();
            rates.push(rate(&Site::on(database.url(), &urls), senders));
        }
    }
    let [one, two] = rates.map(|mut rates| percentile(&mut rates, 50));
    [
        Figure::new("deliveries a second, 100 ms each, one sender", one, None),
        Figure::new("the same, two senders", two, None),
        Figure::new("two senders against one", two / one, Some(">= 1.8")),
    ]
}

fn rate(site: &Site, senders: usize) -> f64 {
    let events = site.events(EVENTS);
    site.run(&["send", "--from", events.to_str().unwrap(), "--no-wait"], crate::program::Output::File);
    let began = Instant::now();
    let sender = || {
        let mut work = site.command(&["work", "--until-idle"]);
        work.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let all: Vec<_> = (0..senders).map(|_| sender()).collect();
    for mut sender in all {
        assert!(sender.wait().unwrap().success());
    }
    #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
    let events = EVENTS as f64;
    events / began.elapsed().as_secs_f64()
}
