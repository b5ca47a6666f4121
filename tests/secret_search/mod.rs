//! Marked secrets, the profiles that have them, and where they are searched for.

#![allow(dead_code, reason = "each test file uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what failed by panicking"
)]

pub mod database;
pub mod endpoints;
pub mod frames;
pub mod marks;
pub mod profiles;
