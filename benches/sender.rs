//! The sender beside others, in time, in memory and in processor time.
//!
//! `cargo bench --bench sender` prints the figures and keeps them in `target/figures/sender.json`. It
//! takes about four minutes, and a gigabyte in the folder for temporary files.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]

mod delivering;
mod endpoint;
mod figures;
mod measures;

use figures::{Figure, keep};

fn main() {
    endpoint::serve_if_asked();
    measures::memory::send_if_asked();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut figures: Vec<Figure> = Vec::new();
    figures.extend(runtime.block_on(measures::hanging::measure()));
    figures.push(runtime.block_on(measures::silent_names::measure()));
    figures.extend(runtime.block_on(measures::retries::measure()));
    figures.extend(runtime.block_on(measures::processor::measure()));
    figures.extend(runtime.block_on(measures::memory::measure()));
    keep("sender", &figures);
}
