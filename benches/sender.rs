//! The sender compared with others, in time, memory and processor time.
//!
//! `cargo bench --bench sender` prints the figures and writes them to `target/figures/sender.json`. It takes about
//! six minutes, and a gigabyte in the temporary folder. `-- hanging` and other names of the files in `measures` print
//! only theirs.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]

mod delivering;
mod endpoint;
mod figures;
mod measures;
#[path = "../tests/support/silent_names.rs"]
mod silent_names;

use figures::{Figure, keep, print};

fn main() {
    endpoint::serve_if_asked();
    measures::memory::send_if_asked();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    let mut figures: Vec<Figure> = Vec::new();
    if is_asked("hanging") {
        figures.extend(runtime.block_on(measures::hanging::measure()));
    }
    if is_asked("late_events") {
        figures.extend(runtime.block_on(measures::late_events::measure()));
    }
    if is_asked("many_lanes") {
        figures.extend(runtime.block_on(measures::many_lanes::measure()));
    }
    if is_asked("many_profiles") {
        figures.extend(runtime.block_on(measures::many_profiles::measure()));
    }
    if is_asked("silent_names") {
        figures.push(runtime.block_on(measures::silent_names::measure()));
    }
    if is_asked("retries") {
        figures.extend(runtime.block_on(measures::retries::measure()));
    }
    if is_asked("processor") {
        figures.extend(runtime.block_on(measures::processor::measure()));
    }
    if is_asked("memory") {
        figures.extend(runtime.block_on(measures::memory::measure()));
    }
    if asked.is_empty() {
        keep("sender", &figures);
    } else {
        print(&figures);
    }
}
