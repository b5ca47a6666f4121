//! The sender and the receiver over real connections.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what failed by panicking, and prints its figures"
)]

mod alerts;
mod certificates;
mod check;
mod clock;
mod disables;
mod expiry;
mod fair_share;
mod fleet;
mod floods;
mod idle_connections;
mod kept_connections;
mod local_trouble;
mod made_due;
mod network;
mod oauth;
mod pacing;
mod phases;
mod probes;
mod receiver_answers;
mod receiver_fields;
mod receiver_limits;
mod refused_streams;
mod secrets;
mod secure;
mod sending;
mod silent_connections;
mod stream_limits;
#[path = "../support/mod.rs"]
mod support;
mod trial;
mod turns;
