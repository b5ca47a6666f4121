//! Ringback.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod callback;
pub mod cli;
pub mod console;
pub mod delivery;
pub mod profile;
pub mod receiver;
pub mod settings;
pub mod store;
