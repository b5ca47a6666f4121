//! The log of deliveries: search, listing, details, counts.

pub mod beyond;
pub mod candidates;
pub mod details;
pub mod links;
pub mod lookup;
pub mod progress;
pub mod range;
pub mod search;
pub mod summaries;
pub mod summary_row;
