//! Guards of the source structure: which module may use which (the table in `lib.rs`), no import cycles, layers,
//! names, sizes, and that every test file runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod circles;
mod layers;
mod names;
mod runners;
mod sizes;
mod sources;
mod table;
