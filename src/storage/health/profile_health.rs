//! The health of a profile, while it is not well.

use jiff::Timestamp;

use crate::profile::Choice;
use crate::record::{DeliveryId, ErrorClass, Outcome};
use crate::storage::control::block::AutoDisableCause;
use crate::storage::health::recent_failures::RecentFailures;

/// The state of a profile that is not well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HealthState {
    /// Its events fail.
    Failing,
    /// It was disabled since they did.
    AutoDisabled,
}

impl Choice for HealthState {
    const ALL: &'static [Self] = &[Self::Failing, Self::AutoDisabled];

    fn name(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::AutoDisabled => "auto-disabled",
        }
    }
}

/// The health of a profile that is not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileHealth {
    /// The state. An auto-disabled profile that a person has enabled is failing until it delivers.
    pub state: HealthState,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub cause: HealthCause,
}

/// The columns in which stores keep a [`HealthCause`], with a profile that is not well and with each turn.
pub(in crate::storage) const CAUSE_COLUMNS: &str =
    "failed, delivery, status, class, message, recent_failed, recent_ended";

/// The delivery whose end changed the health of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCause {
    /// How many consecutive events had failed then.
    pub failed: u32,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The status of its last response.
    pub status: Option<u16>,
    /// The class of its last failure; none if it was delivered.
    pub class: Option<ErrorClass>,
    /// That failure in words.
    pub message: String,
    /// How many of the last minutes' events had failed, if a failure rate is set.
    pub recent: Option<RecentFailures>,
}

impl HealthCause {
    /// That of an outcome.
    #[must_use]
    pub fn of(outcome: &Outcome, failed: u32, recent: Option<RecentFailures>) -> Self {
        let error = outcome.attempt.error.as_ref();
        Self {
            failed,
            delivery: outcome.id(),
            status: outcome.attempt.status,
            class: error.map(|error| error.class),
            message: error.map(|error| error.message.clone()).unwrap_or_default(),
            recent,
        }
    }

    /// How much has failed, such as `20 consecutive failures` or `12 of 20 events failed`.
    #[must_use]
    pub fn failures(&self) -> String {
        match self.recent {
            Some(recent) => format!("{} of {} events failed", recent.failed, recent.ended),
            None if self.failed == 1 => "1 failure".to_owned(),
            None => format!("{} consecutive failures", self.failed),
        }
    }

    /// The same as the reason of a block.
    #[must_use]
    pub fn of_block(&self) -> AutoDisableCause {
        AutoDisableCause { failed: self.failed, delivery: self.delivery, message: self.message.clone() }
    }
}
