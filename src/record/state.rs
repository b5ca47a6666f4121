//! The state of a delivery.

use crate::profile::Choice;

/// The state of a delivery on disk. Whether it is in flight is known only to the process
/// that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Accepted, not attempted yet.
    Queued,
    /// Attempted, failed, and due again later.
    Waiting,
    /// Answered with 2xx.
    Delivered,
    /// Given up.
    Failed,
    /// Stopped by a person.
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
    /// Whether there is still something to send.
    #[must_use]
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Queued | Self::Waiting)
    }
}
