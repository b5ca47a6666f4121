//! The outcome of an attempt.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Attempt, DeliveryId, DeliverySubject, ErrorClass, JobRef, LaneId};

/// The outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The claim on the delivery.
    pub job: JobRef,
    /// Its lane.
    pub lane: LaneId,
    /// What the delivery is about.
    pub subject: Arc<DeliverySubject>,
    /// The attempt.
    pub attempt: Attempt,
    /// The state of the delivery after it.
    pub next: Next,
}

impl Outcome {
    /// The delivery.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        self.job.id
    }

    /// Whether it expired: nothing was sent, which says nothing about its endpoint.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.attempt.error.as_ref().is_some_and(|error| error.class == ErrorClass::Expired)
    }
}

/// The state of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Done.
    Delivered,
    /// Failed permanently.
    Failed,
    /// To be retried at this time.
    Retry(Timestamp),
}

impl Next {
    /// When it is retried, if it is.
    #[must_use]
    pub fn retry_at(self) -> Option<Timestamp> {
        match self {
            Self::Retry(at) => Some(at),
            Self::Delivered | Self::Failed => None,
        }
    }
}
