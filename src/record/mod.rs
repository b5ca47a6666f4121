//! Deliveries and their attempts, as recorded.

mod attempt;
mod details;
mod event_id;
pub mod expiry;
mod failure;
mod id;
mod job;
mod job_ref;
mod kind;
mod log_position;
mod new_delivery;
mod outcome;
mod random;
pub mod retry_decision;
mod run_id;
mod state;
mod subject;
mod summary;

pub use attempt::Attempt;
pub use details::Details;
pub use event_id::{BadEventId, EventId};
pub use failure::{ErrorClass, Failure};
pub use id::DeliveryId;
pub use job::{Job, LastOutcome, Origin};
pub use job_ref::{JobRef, LaneId};
pub use kind::Kind;
pub use log_position::LogPosition;
pub use new_delivery::{Acceptance, NewDelivery};
pub use outcome::{Next, Outcome};
pub(crate) use random::random;
pub use retry_decision::{longest_wait, own_wait};
pub use run_id::{RunId, RunRange};
pub use state::DeliveryState;
pub use subject::DeliverySubject;
pub use summary::Summary;
