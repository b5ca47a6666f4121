//! The commands, run as a person or a script runs them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what failed by panicking, and prints its figures"
)]

mod alerts;
mod allocator;
mod applied_folder;
mod applied_notes;
mod bulk;
mod closed_settings;
mod completions;
mod config;
mod control;
mod db_backup;
mod db_check;
mod db_copy;
mod db_copy_back;
mod deliveries;
mod demo;
mod descriptors;
mod doctor;
mod event_ids;
mod exported_folder;
mod follow;
mod full_output;
mod hanging_files;
mod harmless;
mod import_curl;
mod json_errors;
mod keys;
mod large_profiles;
mod man;
mod odd_rows;
mod on_server;
mod packages;
mod preview;
mod profile_mistakes;
mod profiles;
mod receive;
mod remote;
mod restore;
mod send;
mod send_at_size;
mod senders;
mod signals;
mod snippet;
mod start;
mod stats;
#[path = "../support/mod.rs"]
mod support;
mod template;
mod test;
mod test_values;
mod threads;
mod variables;
mod work;
mod wrong_clock;
mod yaml;
