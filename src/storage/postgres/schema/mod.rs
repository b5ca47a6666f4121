//! The tables, and how an older database comes to have them.

pub mod migrate;
pub mod partitions;
pub mod steps;
