//! The sender: what is due goes out over HTTP, and what came of it is recorded.
//!
//! It knows its storage only as the trait [`Outbox`].

mod id;
mod outbox;
mod record;

pub use id::DeliveryId;
pub use outbox::{Busy, Due, Outbox, OutboxError};
pub use record::{
    Attempt, Details, ErrorClass, Failure, Job, Kind, NewDelivery, Next, Outcome, State, Summary,
};
