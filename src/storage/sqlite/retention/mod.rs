//! How long the log is kept, and how the file gets small again.

pub mod clock_trust;
pub mod prune;
pub mod vacuum;
