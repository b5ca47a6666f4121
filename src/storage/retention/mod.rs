//! How long the log is kept.

pub mod clock_doubt;
pub mod policy;
