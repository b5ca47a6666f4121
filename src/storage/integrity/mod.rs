//! What must hold in every database, whatever is sent meanwhile, and what violates it. Each store checks all of it on one
//! state of its database, and changes nothing.

pub mod by_profile;
pub mod hours;
mod invariant;
mod report;

pub use invariant::Invariant;
pub use report::{IntegrityCheck, IntegrityReport};
