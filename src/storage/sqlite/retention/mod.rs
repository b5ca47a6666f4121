//! Retention of the log, and shrinking the file.

pub mod clock_trust;
pub mod prune;
pub mod vacuum;
