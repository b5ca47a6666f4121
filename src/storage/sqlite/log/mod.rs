//! The log of deliveries: found by a filter, listed, read in full, counted.

pub mod beyond;
pub mod details;
pub mod filter;
pub mod lookup;
pub mod matcher;
pub mod progress;
pub mod search;
pub mod status_filter;
pub mod summaries;
pub mod words;
