//! Receipts of what was done for a key: see [`receipts`](crate::storage::receipts).

pub mod claims;
mod reserve;
mod row;
