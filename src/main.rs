//! The program: one command, an exit code.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

use std::process::ExitCode;

use ringback::{cli, threads};

/// As the program sends and stores, it allocates much, from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let signals = cli::BlockedSignals::block();
    threads::run(cli::run(signals)).unwrap_or_else(|error| cli::cannot_start(&error))
}
