//! The log of deliveries: found by a filter, listed, read in full, counted.

pub mod beyond;
pub mod details;
pub mod lookup;
pub mod progress;
pub mod range;
pub mod search;
pub mod summaries;
