//! Deliveries come in.

pub mod accept;
pub mod batch;
pub mod lanes;
pub mod writer;
