//! Deleted profiles can be restored for seven days.

use jiff::{SignedDuration, Timestamp};

use crate::clock;
use crate::storage::profiles::profile_row::ProfileRow;

/// How long a deleted profile can be restored (our decision).
pub const RESTORABLE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Until when a profile that was deleted at this time can be restored.
#[must_use]
pub fn restorable_until(deleted_at: Timestamp) -> Timestamp {
    clock::later(deleted_at, RESTORABLE)
}

/// A profile deleted before this time can no longer be restored at `now`.
#[must_use]
pub fn restorable_since(now: Timestamp) -> Timestamp {
    clock::earlier(now, RESTORABLE)
}

/// A deleted profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedProfile {
    /// As listed.
    pub row: ProfileRow,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// The number of its pending events, which are blocked until it is restored.
    pub pending: u64,
}

impl DeletedProfile {
    /// Until when it can be restored.
    #[must_use]
    pub fn restorable_until(&self) -> Timestamp {
        restorable_until(self.deleted_at)
    }
}
