//! What is kept: profiles, unsaved drafts, own variables, deliveries and their attempts.
//!
//! The sender sees its storage as an [`Outbox`]; [`sqlite`] is the file that everything is in.

pub mod error;
mod queue;
pub mod sqlite;

pub use error::{Problem, StoreError};
pub use queue::{Busy, Due, LaneLoad, MANUAL, News, OriginLoad, Outbox, OutboxError, Pace, Watched};
#[cfg(test)]
pub(crate) use sqlite::fits;
pub(crate) use sqlite::rest;
pub use sqlite::*;
