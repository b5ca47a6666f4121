//! Third-party tools verify every byte of a request.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what failed by panicking, and prints its figures"
)]

mod api;
mod courier;
mod curl;
mod echo;
mod encryption;
mod formats;
mod markup;
mod nasty;
mod oauth;
mod pooler;
mod python;
mod random;
mod receivers;
mod schema;
mod signature;
#[path = "../support/mod.rs"]
mod support;
mod yaml;
