//! The console in real terminals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what failed by panicking, and prints its figures"
)]

mod api;
mod closed_settings;
mod copy;
mod ends;
mod harness;
mod input;
mod look;
mod oauth;
mod palette;
mod preview;
mod programs;
mod quiet;
#[cfg(target_os = "linux")]
mod receiver;
mod reports;
mod scarce;
mod screenshots;
mod stops;
mod story;
#[path = "../support/mod.rs"]
mod support;
