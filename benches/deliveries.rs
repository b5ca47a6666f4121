//! Deliveries a second, accepted, sent and recorded on disk, against a bare loop of reqwest and one of
//! the client that the sender uses, and against `oha` where it is installed; alternated in one run, the
//! median of five. The endpoint is a process of its own.
//!
//! `cargo bench --bench deliveries` prints the figures and keeps them in
//! `target/figures/deliveries.json`.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]

mod delivering;
mod endpoint;
mod figures;

use std::process::Command;

use delivering::{BODY, CONCURRENCY, DELIVERIES, bare_loop, bare_loop_of_own_client, wide};
use delivering::{checked, deliver, draft};
use endpoint::Endpoint;
use figures::{Figure, keep, percentile};
use ringback::callback::Values;

/// Rounds; the median counts.
const ROUNDS: usize = 5;

fn main() {
    endpoint::serve_if_asked();
    // The second: the first notes what comes, which costs a little.
    let endpoint = Endpoint::start(2, 0);
    let url = &endpoint.taking()[1];
    let profile = [(checked(&draft(url)), Values::default())];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut durable, mut bare, mut own, mut oha) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(rate(runtime.block_on(bare_loop(url))));
        durable.push(rate(runtime.block_on(deliver(&profile, wide(), DELIVERIES))));
        own.push(rate(runtime.block_on(bare_loop_of_own_client(url))));
        oha.extend(oha_rate(url));
    }
    let [bare, durable, own] = [bare, durable, own].map(|mut rates| percentile(&mut rates, 50));
    let mut figures = vec![
        Figure::new("bare loop of reqwest, requests a second", bare, None),
        Figure::new("bare loop of the sender's client, the same", own, None),
        Figure::new("durable deliveries a second", durable, None),
        Figure::new("durable against bare reqwest", durable / bare, Some(">= 0.9")),
        Figure::new("durable against the sender's client", durable / own, None),
    ];
    if oha.is_empty() {
        println!("oha is not installed: nothing is held against it");
    } else {
        let oha = percentile(&mut oha, 50);
        figures.push(Figure::new("oha, requests a second", oha, None));
        figures.push(Figure::new("durable against oha", durable / oha, Some(">= 0.5")));
    }
    keep("deliveries", &figures);
}

#[allow(clippy::cast_precision_loss, reason = "a few thousand")]
fn rate(seconds: f64) -> f64 {
    DELIVERIES as f64 / seconds
}

/// Requests a second that `oha` makes with the same body and as many at a time, where it is installed.
fn oha_rate(url: &str) -> Option<f64> {
    let (requests, connections) = (DELIVERIES.to_string(), CONCURRENCY.to_string());
    let mut command = Command::new("oha");
    command.args(["--no-tui", "-n", &requests, "-c", &connections, "-m", "POST", "-d", BODY]);
    let ran = command.args(["-T", "application/json", url]).output().ok()?;
    let text = String::from_utf8(ran.stdout).unwrap();
    let line = text.lines().find(|line| line.trim().starts_with("Requests/sec:"));
    Some(line.unwrap().split_whitespace().nth(1).unwrap().parse().unwrap())
}
