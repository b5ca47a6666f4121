//! The sender as people run it: `send --from` and `work` as processes with default limits, their output to a file and
//! to a terminal, against a bare loop of reqwest with the same concurrency, also a process, and against `oha` if
//! installed. Alternated; the median of five rounds.
//!
//! `cargo bench --bench processes` prints the figures and writes them to `target/figures/processes.json`. It takes
//! about ten minutes. `-- at_once`, `-- slow`, `-- hundred`, `-- latency` and `-- memory` measure only that.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]
#![allow(clippy::cast_precision_loss, reason = "a few million")]

mod bare;
mod delivering;
mod endpoint;
mod figures;
#[path = "processes/latency.rs"]
mod latency;
mod program;
#[path = "processes/resident.rs"]
mod resident;

use std::process::{Command, Stdio};

use delivering::oha_rate;
use endpoint::{Endpoint, SLOW};
use figures::{Figure, keep, percentile, print};
use latency::Goals;
use program::{Output, Run, Site};

/// Rounds; the median is reported.
const ROUNDS: usize = 5;

/// What is sent where.
struct Load {
    name: &'static str,
    urls: Vec<String>,
    count: usize,
    /// The concurrency of the sender for them with default limits.
    concurrency: usize,
}

fn main() {
    endpoint::serve_if_asked();
    bare::loop_if_asked();
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    let endpoint = Endpoint::start(101, 0);
    // The first records arrivals, which costs a little.
    let urls = &endpoint.taking()[1..];
    let one = vec![urls[0].clone()];
    let slow = vec![urls[0].replace("/cb", SLOW)];
    let loads = [
        ("at_once", Load { name: "one endpoint", urls: one, count: 100_000, concurrency: 16 }),
        ("slow", Load { name: "one endpoint, 20 ms", urls: slow, count: 4_000, concurrency: 16 }),
        ("hundred", Load { name: "100 endpoints", urls: urls.to_vec(), count: 100_000, concurrency: 256 }),
    ];
    let mut figures: Vec<Figure> = Vec::new();
    for (name, load) in &loads {
        if is_asked(name) {
            figures.extend(compare(load));
        }
    }
    if is_asked("latency") {
        let site = Site::new(&endpoint.taking()[..1]);
        figures.extend(latency::measure(&site, &endpoint, &Goals { alone: "<= 3", stream: "<= 10" }));
    }
    if is_asked("memory") {
        figures.extend(resident::measure(&endpoint));
    }
    if asked.is_empty() {
        keep("processes", &figures);
    } else {
        print(&figures);
    }
}

/// The runs of one kind.
#[derive(Default)]
struct Runs {
    rates: Vec<f64>,
    /// Processor microseconds per delivery.
    costs: Vec<f64>,
}

impl Runs {
    fn note(&mut self, run: Run, count: usize) {
        self.rates.push(count as f64 / run.seconds);
        self.costs.extend(run.processor.map(|seconds| seconds * 1e6 / count as f64));
    }
}

/// Compares both commands with the bare loop.
fn compare(load: &Load) -> Vec<Figure> {
    let kinds = [Output::File, Output::Terminal];
    let (mut bare, mut oha) = (Runs::default(), Vec::new());
    let mut sends = kinds.map(|_| Runs::default());
    let mut works = kinds.map(|_| Runs::default());
    for _ in 0..ROUNDS {
        bare.note(bare_loop(load), load.count);
        if let [url] = load.urls.as_slice() {
            oha.extend(oha_rate(url, load.concurrency, load.count));
        }
        for (place, output) in kinds.into_iter().enumerate() {
            let site = Site::new(&load.urls);
            let events = site.events(load.count);
            let events = events.to_str().unwrap();
            sends[place].note(site.run(&["send", "--from", events], output), load.count);
            let site = Site::new(&load.urls);
            site.run(
                &["send", "--from", site.events(load.count).to_str().unwrap(), "--no-wait"],
                Output::File,
            );
            works[place].note(site.run(&["work", "--until-idle"], output), load.count);
        }
    }
    let name = |what: &str| format!("{}: {what}", load.name);
    let mut figures = vec![Figure::new(name("bare loop, requests a second"), median(&mut bare.rates), None)];
    let cost_of_bare = (!bare.costs.is_empty()).then(|| median(&mut bare.costs));
    figures
        .extend(cost_of_bare.map(|cost| Figure::new(name("bare loop, processor µs a request"), cost, None)));
    let bare = median(&mut bare.rates);
    for (command, runs) in [("send", &mut sends), ("work", &mut works)] {
        for (output, runs) in ["to a file", "on a terminal"].into_iter().zip(runs) {
            let rate = median(&mut runs.rates);
            let what = format!("{command} {output} against the bare loop");
            figures.push(Figure::new(name(&what), rate / bare, Some(">= 0.9")));
            if !oha.is_empty() {
                let what = format!("{command} {output} against oha");
                figures.push(Figure::new(name(&what), rate / median(&mut oha), Some(">= 0.5")));
            }
            if let Some(cost) = cost_of_bare {
                let what = format!("{command} {output}, processor time against the bare loop");
                figures.push(Figure::new(name(&what), median(&mut runs.costs) / cost, Some("<= 1.2")));
            }
        }
    }
    if oha.is_empty() {
        println!("oha is not installed: nothing is held against it");
    }
    figures
}

fn median(values: &mut [f64]) -> f64 {
    percentile(values, 50)
}

/// The bare loop as a process.
fn bare_loop(load: &Load) -> Run {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(bare::arguments(load.concurrency, load.count, &load.urls));
    Run::of(|| assert!(command.stdout(Stdio::null()).status().unwrap().success()))
}
