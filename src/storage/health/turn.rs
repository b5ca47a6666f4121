//! Turns: the moments at which the health of a profile changed.

use jiff::Timestamp;
use uuid::Uuid;

use crate::profile::{Choice, ProfileId};
use crate::record::DeliveryId;
use crate::storage::health::profile_health::{HealthCause, HealthState};

/// So many of the latest turns are kept (our decision).
pub const KEPT_TURNS: i64 = 10_000;

/// The columns in which stores keep the rest of a turn that is recorded: those of its cause follow.
pub(in crate::storage) const RECORDED_COLUMNS: &str =
    "profile_id, id, at, title, kind, was, was_since, wanted";

/// The same of a turn that is read.
pub(in crate::storage) const READ_COLUMNS: &str = "seq, id, at, profile_id, title, kind, was, was_since";

/// A change of the health of a profile, recorded once, in the transaction that recorded the outcome which led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthTurn {
    /// The order of turns. Unique within a store.
    pub position: i64,
    /// Unique everywhere.
    pub id: Uuid,
    /// When it was recorded.
    pub at: Timestamp,
    /// The profile.
    pub profile_id: ProfileId,
    /// Its title at that time.
    pub title: String,
    /// What it turned to.
    pub kind: HealthTurnKind,
    /// The state until then, and since when; none: it was well.
    pub before: Option<(HealthState, Timestamp)>,
    /// The delivery whose end it was.
    pub cause: HealthCause,
}

/// What a profile turned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HealthTurnKind {
    /// Its events fail.
    Failing,
    /// They are delivered again.
    Recovered,
    /// It was disabled automatically.
    AutoDisabled,
}

impl Choice for HealthTurnKind {
    const ALL: &'static [Self] = &[Self::Failing, Self::Recovered, Self::AutoDisabled];

    fn name(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Recovered => "recovered",
            Self::AutoDisabled => "auto-disabled",
        }
    }
}

/// The id of a new turn. As those of deliveries it grows with time.
#[must_use]
pub fn new_turn_id() -> Uuid {
    Uuid::from_bytes(DeliveryId::generate().bytes())
}
