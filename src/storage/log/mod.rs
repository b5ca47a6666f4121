//! The log of deliveries: which are meant, and what is found.

pub mod batch_progress;
pub mod counts;
pub mod filter;
pub mod lookup;
pub mod matcher;
pub mod page;
pub mod search_words;
pub mod status_filter;
