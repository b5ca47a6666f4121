//! Numbers by profile and time: see [`rollups`](crate::storage::rollups).

pub mod changes;
pub mod fold;
mod prune;
mod read;
