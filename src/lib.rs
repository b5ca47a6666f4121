//! Ringback.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod callback;
pub mod console;
pub mod delivery;
pub mod profile;
pub mod receiver;
pub mod store;
