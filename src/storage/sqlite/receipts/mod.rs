//! Receipts of what was done for a key: see [`receipts`](crate::storage::receipts).

pub mod accept;
mod reserve;
pub mod row;
