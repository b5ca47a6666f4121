//! The state of a delivery.

use crate::profile::Choice;

/// The state of a delivery on disk. Whether it is in flight is known only to the process that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Accepted, not attempted yet.
    Queued,
    /// Attempted, failed, and due for a retry.
    Waiting,
    /// Got a 2xx response.
    Delivered,
    /// Failed permanently.
    Failed,
    /// Cancelled by a person.
    Cancelled,
}

impl Choice for DeliveryState {
    const ALL: &'static [Self] =
        &[Self::Queued, Self::Waiting, Self::Delivered, Self::Failed, Self::Cancelled];

    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl DeliveryState {
    /// Whether an attempt is still to come.
    #[must_use]
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Queued | Self::Waiting)
    }
}
