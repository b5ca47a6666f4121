//! A delivery that is due, with everything needed to send it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{DeliveryId, DeliverySubject, JobRef, JobRequest, LaneId};
use crate::callback::Values;
use crate::profile::{Profile, RetryPolicy};

/// Scheme, host and port of an endpoint, shared by its deliveries.
pub type Origin = Arc<str>;

/// A delivery that is due, with everything needed to send it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The claim on it.
    pub reference: JobRef,
    /// Its lane.
    pub lane: LaneId,
    /// What it is about.
    pub subject: Arc<DeliverySubject>,
    /// Scheme, host and port.
    pub origin: Origin,
    /// The request, without credentials.
    pub callback: JobRequest,
    /// The values, for header values that are secret; empty if the profile has none
    /// ([`callback::needs_values`](crate::callback::needs_values)).
    pub values: Values,
    /// The retry policy.
    pub policy: RetryPolicy,
    /// When it was accepted, by the sender's clock.
    pub accepted_at: Timestamp,
    /// Attempts made so far.
    pub attempts: u32,
    /// How many of those were probes: they use up no retries.
    pub probes: u32,
    /// Whether this attempt is a probe of its auto-disabled profile.
    pub is_probe: bool,
    /// Whether a person sent it: a test, or a resend.
    pub manual: bool,
    /// The outcome of the last delivery of its lane; none if none has ended.
    pub last_outcome: Option<LastOutcome>,
    /// The profile whose credentials are used: as tested, or as stored now; none if it was deleted.
    pub profile: Option<Arc<Profile>>,
}

impl Job {
    /// The delivery.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        self.reference.id
    }
}

/// The outcome of the last delivery of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastOutcome {
    /// It was delivered.
    Delivered,
    /// It failed permanently.
    Failed,
}
