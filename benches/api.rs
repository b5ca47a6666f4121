//! The HTTP API as people run it: `ringback serve` with a key, as a process, under the load of a client that is another
//! process, against a bare axum handler that parses the same JSON and keeps nothing. Alternated; the median of five
//! rounds. All deliveries are paused: what is measured is acceptance, and each event is on disk before its response.
//!
//! `cargo bench --bench api` prints the figures and writes them to `target/figures/api.json`. It takes about five
//! minutes. `-- accept`, `-- floor`, `-- memory`, `-- slow` and `-- lines` measure only that; `-- quick` makes a tenth of the
//! requests in one round, to try.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]
#![allow(clippy::cast_precision_loss, reason = "a few million")]

#[path = "api/client.rs"]
mod client;
mod figures;
#[path = "api/floor.rs"]
mod floor;
#[path = "api/handler.rs"]
mod handler;
#[path = "api/lines.rs"]
mod lines;
#[path = "api/many.rs"]
mod many;
mod program;
#[path = "api/serving.rs"]
mod serving;

use client::Load;
use figures::process::processor_seconds_of;
use figures::{Figure, keep, percentile, print};
use handler::Handler;
use serving::Serving;

/// The connections of the client.
pub(crate) const CONNECTIONS: usize = 64;

/// Requests at a steady rate.
const STEADY: usize = 50_000;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// All of it.
    Whole,
    /// A tenth, once.
    Quick,
}

impl Scale {
    /// So many of these requests.
    pub(crate) fn of(self, requests: usize) -> usize {
        if self == Self::Quick { requests / 10 } else { requests }
    }

    pub(crate) fn rounds(self) -> usize {
        if self == Self::Quick { 1 } else { 5 }
    }
}

fn main() {
    handler::serve_if_asked();
    client::send_if_asked();
    ringback::delivery::raise_limit();
    let mut asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_quick = asked.iter().any(|asked| asked == "quick");
    let scale = if is_quick { Scale::Quick } else { Scale::Whole };
    asked.retain(|asked| asked != "quick");
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    let mut figures = Vec::new();
    if is_asked("accept") {
        figures.extend(accept(scale));
    }
    if is_asked("floor") {
        figures.extend(floor::measure(scale));
    }
    if is_asked("memory") {
        figures.extend(many::memory());
    }
    if is_asked("slow") {
        figures.extend(many::slow(scale));
    }
    if is_asked("lines") {
        figures.extend(lines::measure(scale));
    }
    if asked.is_empty() && !is_quick {
        keep("api", &figures);
    } else {
        print(&figures);
    }
}

/// How many events are accepted a second, and how long one takes at half of that rate.
fn accept(scale: Scale) -> Vec<Figure> {
    let kinds =
        [("one event a request", 1, 50_000, ">= 0.5"), ("500 events a request", 500, 1_000, ">= 0.8")];
    let mut figures = Vec::new();
    let handler = Handler::start();
    for (name, events, requests, goal) in kinds {
        let (mut bare, mut served, mut steady) = (Vec::new(), Vec::new(), Vec::new());
        let (mut of_handler, mut of_server) = (Vec::new(), Vec::new());
        let all = (events * scale.of(requests)) as f64;
        for _ in 0..scale.rounds() {
            let serving = Serving::start();
            let load = serving.load(CONNECTIONS, events, scale.of(requests));
            let before = processor_seconds_of(handler.pid());
            bare.push(Load { addr: handler.addr.clone(), ..load.clone() }.send().rate);
            let spent = processor_seconds_of(handler.pid()).zip(before).map(|(after, before)| after - before);
            of_handler.extend(spent.map(|spent| spent * 1e6 / all));
            let before = processor_seconds_of(serving.pid());
            let rate = load.send().rate;
            let spent = processor_seconds_of(serving.pid()).zip(before).map(|(after, before)| after - before);
            of_server.extend(spent.map(|spent| spent * 1e6 / all));
            served.push(rate);
            if events == 1 {
                let half = Load { rate: Some(rate / 2.0), requests: scale.of(STEADY), ..load };
                steady.push(half.send().p99_ms);
            }
        }
        let (bare, served) = (median(&mut bare), median(&mut served));
        figures.push(Figure::new(format!("{name}, bare handler, events a second"), bare, None));
        figures.push(Figure::new(format!("{name}, accepted and on disk, events a second"), served, None));
        figures.push(Figure::new(format!("{name}, against the bare handler"), served / bare, Some(goal)));
        for (process, mut spent) in [("bare handler", of_handler), ("server", of_server)] {
            if !spent.is_empty() {
                let name = format!("{name}, processor of the {process}, µs an event");
                figures.push(Figure::new(name, median(&mut spent), None));
            }
        }
        if !steady.is_empty() {
            let name = format!("{name}, at half of that rate, 99th percentile, ms");
            figures.push(Figure::new(name, median(&mut steady), Some("<= 10")));
        }
    }
    figures
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    percentile(values, 50)
}
