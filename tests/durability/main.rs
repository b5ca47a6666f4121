//! Accepted deliveries survive killed programs, truncated logs, full and read-only disks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what failed by panicking, and prints its figures"
)]

mod damaged;
mod disk;
mod disk_trouble;
mod durable;
mod earlier;
mod event_ids;
mod failed_commit;
mod failing_calls;
mod kill9;
mod lock;
mod outside_reader;
mod pacing;
mod read_only;
#[path = "../support/mod.rs"]
mod support;
mod two_sessions;
mod wal_cut;
