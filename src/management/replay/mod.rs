//! Sends a request that the receiver has kept to another address.

mod request;
mod sending;

pub use request::{ReplayError, left_out, replayed};
pub use sending::{LONGEST_RESPONSE, Replayed, send_replayed};
