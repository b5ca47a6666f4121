//! One thread writes, a few connections read, and commits of other processes are noticed.

pub mod busy;
pub mod commit_doubt;
pub mod poll;
pub mod readers;
pub mod revision;
pub mod state_counts;
pub mod watch;
pub mod write_queue;
pub mod writer;
