//! Unsaved drafts.

use jiff::Timestamp;

use crate::profile::{Draft, ProfileId};

/// A draft that differs from its saved profile, or has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsavedDraft {
    /// The profile's id, made before it is saved first.
    pub profile_id: ProfileId,
    /// Whether the profile was never saved.
    pub is_new: bool,
    /// The draft.
    pub draft: Draft,
    /// When it was typed in last.
    pub edited_at: Timestamp,
}
