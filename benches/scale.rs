//! The rates of `send --from --no-wait` and `work` as the log grows, and of `work` while another process prunes.
//!
//! `cargo bench --bench scale` accepts and delivers ten million events, a million at a time, in one file. It takes
//! about ten minutes, and 10 GB for temporary files. `-- 2` is two million instead.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]
#![allow(clippy::cast_precision_loss, reason = "a few million")]

mod endpoint;
mod figures;
mod program;

use std::process::Stdio;

use endpoint::Endpoint;
use figures::{Figure, keep, percentile};
use program::{Output, Site};

/// Events per step.
const STEP: usize = 1_000_000;
/// Steps, unless asked otherwise.
const STEPS: usize = 10;
/// Events of a run beside pruning, and the number of runs with and without.
const BESIDE: usize = 200_000;
const ROUNDS: usize = 3;

fn main() {
    endpoint::serve_if_asked();
    let steps = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(STEPS);
    let endpoint = Endpoint::start(2, 0);
    // The first records arrivals, which costs a little.
    let site = Site::new(&endpoint.taking()[1..]);
    let (mut accepting, mut working) = (Vec::new(), Vec::new());
    let events = site.events(STEP);
    for step in 1..=steps {
        let (accepted, worked) = (accept(&site, &events, STEP), work(&site, STEP));
        println!(
            "{step:>3} million in the log: accepted {accepted:>8.0}, delivered {worked:>8.0} per second"
        );
        accepting.push(accepted);
        working.push(worked);
    }
    let last = |rates: &[f64]| rates[rates.len() - 1] / rates[0];
    let name = |what: &str| format!("{what}, the last of {steps} million against the first");
    let mut figures = vec![
        Figure::new(name("rate of acceptance"), last(&accepting), None),
        Figure::new(name("rate of work"), last(&working), Some(">= 0.85")),
    ];
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    let events = site.events(BESIDE);
    for _ in 0..ROUNDS {
        accept(&site, &events, BESIDE);
        alone.push(work(&site, BESIDE));
        accept(&site, &events, BESIDE);
        let mut pruning = site
            .command(&["deliveries", "prune", "--older-than", "1s", "--yes"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        beside.push(work(&site, BESIDE));
        assert!(pruning.try_wait().unwrap().is_none(), "it must not end before the work");
        pruning.kill().unwrap();
        pruning.wait().unwrap();
    }
    let ratio = percentile(&mut beside, 50) / percentile(&mut alone, 50);
    figures.push(Figure::new("rate of work beside a process that prunes", ratio, Some(">= 0.9")));
    keep("scale", &figures);
}

/// Events accepted per second.
fn accept(site: &Site, events: &std::path::Path, count: usize) -> f64 {
    let run = site.run(&["send", "--from", events.to_str().unwrap(), "--no-wait"], Output::File);
    count as f64 / run.seconds
}

/// Deliveries per second, until nothing is queued.
fn work(site: &Site, count: usize) -> f64 {
    count as f64 / site.run(&["work", "--until-idle"], Output::File).seconds
}
