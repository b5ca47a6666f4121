//! The program: one command, an exit code.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

use std::process::ExitCode;

// As the program sends and stores, it allocates much, from several threads. Linking `mimalloc` replaces `malloc` for all
// of it, SQLite and the standard library included, which is quicker than its `GlobalAlloc`: that asks for an alignment
// with each allocation.
use mimalloc as _;
use ringback::cli;

fn main() -> ExitCode {
    cli::run()
}
