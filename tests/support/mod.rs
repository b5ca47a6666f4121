//! Shared by the tests of the whole program: a terminal with a person at it, and a painter of its screen.

#![allow(dead_code, unused_imports, reason = "each runner uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what failed by panicking"
)]

pub mod cli;
pub mod console;
pub mod desk;
pub mod endpoint;
pub mod failover;
pub mod http2;
pub mod large_requests;
pub mod limits;
pub mod needs;
pub mod picture;
pub mod platform;
pub mod postgres;
pub mod process;
pub mod profiles;
pub mod recorder;
pub mod recording;
pub mod scene;
pub mod scripted;
pub mod secure;
pub mod server;
pub mod silent_names;
pub mod tape;
pub mod terminal;
pub mod tmux;
pub mod wrong_clock;
