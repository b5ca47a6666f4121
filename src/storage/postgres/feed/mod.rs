//! The feed on the server: readers compare snapshots, so that nothing is skipped in whichever order transactions are
//! committed.

pub mod adapter;
pub mod home;
pub mod position;
pub mod prune;
pub mod read;
pub mod snapshot;
pub mod walk;
