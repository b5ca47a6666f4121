//! When a profile counts as failing, and when it is disabled.

use crate::profile::Status;

/// When a profile counts as failing, and when it is disabled (our decision). Settings of the process that records
/// outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthRules {
    /// After this many consecutive failed events a profile is disabled; 0 is never.
    pub disable_after: u32,
    /// After this many consecutive failed events a profile is failing; 0 is never.
    pub failing_after: u32,
    /// A profile is failing while at least this many percent of its ended events have failed; 0 is never.
    pub failing_rate: u32,
    /// Over this many minutes: at least one.
    pub failing_minutes: u32,
    /// If at least this many events have ended in that time.
    pub failing_min_events: u32,
    /// Whether turns are to be given as [alerts](crate::storage::alerts).
    pub alerts: bool,
}

impl Default for HealthRules {
    fn default() -> Self {
        Self {
            disable_after: Status::AUTO_DISABLE_AFTER,
            failing_after: 20,
            failing_rate: 0,
            failing_minutes: 10,
            failing_min_events: 20,
            alerts: false,
        }
    }
}

#[cfg(test)]
impl HealthRules {
    /// Only that a profile is disabled after this many consecutive failed events.
    #[must_use]
    pub fn disabling_after(disable_after: u32) -> Self {
        Self { disable_after, failing_after: 0, ..Self::default() }
    }
}
