//! The HTTP API, as a client sees it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what failed by panicking, and prints its figures"
)]

mod deliveries;
mod docs;
mod early;
mod events;
mod full_disk;
mod keys;
mod kill9;
mod on_server;
mod openapi;
mod operations;
mod profiles;
mod reach;
mod repeated;
mod serving;
mod slow;
mod start;
mod stats;
mod stop;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod systemd;
mod transport;
