//! Numbers by profile and time: see [`rollups`](crate::storage::rollups).

pub mod changes;
pub mod fold;
pub mod mark_list;
mod prune;
mod read;
