//! A delivery as it is listed.

use jiff::Timestamp;

use super::{DeliveryId, DeliveryState, Failure, Kind, LogPosition};
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
