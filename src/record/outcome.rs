//! What an attempt means for its delivery.

use jiff::Timestamp;

use super::{Attempt, DeliveryId, Place};

/// What an attempt means for its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The delivery.
    pub id: DeliveryId,
    /// Where the storage has it.
    pub place: Place,
    /// The attempt.
    pub attempt: Attempt,
    /// The state of the delivery after it.
    pub next: Next,
}

/// Where an outcome leaves a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Done.
    Delivered,
    /// Given up.
    Failed,
    /// To be tried again at this time.
    Retry(Timestamp),
}

impl Next {
    /// When it is tried again, if it is.
    #[must_use]
    pub fn retry_at(self) -> Option<Timestamp> {
        match self {
            Self::Retry(at) => Some(at),
            Self::Delivered | Self::Failed => None,
        }
    }
}
