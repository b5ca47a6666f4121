//! Deliveries per second, accepted, sent and recorded on disk, against a bare loop of reqwest, and against `oha` if
//! installed; alternated in one run, the median of five. The endpoint is a separate process.
//!
//! `cargo bench --bench deliveries` prints the figures and writes them to `target/figures/deliveries.json`.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]

mod delivering;
mod endpoint;
mod figures;

use delivering::{CONCURRENCY, DELIVERIES, bare_loop, oha_rate, wide};
use delivering::{checked, deliver, draft};
use endpoint::Endpoint;
use figures::{Figure, keep, percentile};
use ringback::callback::Values;

/// Rounds; the median is reported.
const ROUNDS: usize = 5;

fn main() {
    endpoint::serve_if_asked();
    // The second one: the first records arrivals, which costs a little.
    let endpoint = Endpoint::start(2, 0);
    let url = &endpoint.taking()[1];
    let profile = [(checked(&draft(url)), Values::default())];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut durable, mut bare, mut oha) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(rate(runtime.block_on(bare_loop(url))));
        durable.push(rate(runtime.block_on(deliver(&profile, wide(), DELIVERIES))));
        oha.extend(oha_rate(url, CONCURRENCY, DELIVERIES));
    }
    let [bare, durable] = [bare, durable].map(|mut rates| percentile(&mut rates, 50));
    let mut figures = vec![
        Figure::new("bare loop of reqwest, requests a second", bare, None),
        Figure::new("durable deliveries a second", durable, None),
        Figure::new("durable against bare reqwest", durable / bare, Some(">= 0.9")),
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
