//! A delivery as it is listed.

use jiff::Timestamp;

use super::{DeliveryId, DeliveryState, ErrorClass, Failure, Kind, LogPosition, Origin};
use crate::profile::{Event, ProfileId, RetryPolicy};

/// A delivery as it is listed, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The delivery.
    pub id: DeliveryId,
    /// Its position in the order of acceptance.
    pub position: LogPosition,
    /// Why it was created.
    pub kind: Kind,
    /// The profile.
    pub profile_id: ProfileId,
    /// The profile's title when it was accepted.
    pub profile_title: String,
    /// The event; none with Default.
    pub event: Option<Event>,
    /// Its state on disk.
    pub state: DeliveryState,
    /// Attempts made.
    pub attempts: u32,
    /// The retry policy.
    pub policy: RetryPolicy,
    /// When the next attempt is due, while pending.
    pub due_at: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it ended; none while it is pending.
    pub ended_at: Option<Timestamp>,
    /// The endpoint: scheme, host and port of its URL.
    pub origin: Origin,
    /// Status of the last response.
    pub last_status: Option<u16>,
    /// Failure of the last attempt, or why no request could be made.
    pub last_error: Option<Failure>,
    /// Duration of the last attempt in milliseconds.
    pub last_ms: Option<u32>,
    /// The delivery that resent it most recently.
    pub again: Option<DeliveryId>,
    /// The delivery that it resends. None of resends that earlier versions made on PostgreSQL.
    pub resent_from: Option<DeliveryId>,
}

impl Summary {
    /// How many attempts its policy allows.
    #[must_use]
    pub fn allowed_attempts(&self) -> u32 {
        u32::from(self.policy.count()) + 1
    }

    /// Whether some of its attempts are beyond those that its policy allows: probes are, which use up no retry. Where
    /// that is false, there may still be probes among its attempts.
    #[must_use]
    pub fn has_more_attempts(&self) -> bool {
        let (sent, allowed) = (self.sent(), self.allowed_attempts());
        sent > allowed || sent == allowed && self.state == DeliveryState::Waiting
    }

    /// How often it was sent: the last entry of one that has expired is no request.
    #[must_use]
    pub fn sent(&self) -> u32 {
        let is_expired = self.last_error.as_ref().is_some_and(|error| error.class == ErrorClass::Expired);
        self.attempts.saturating_sub(u32::from(is_expired))
    }
}
