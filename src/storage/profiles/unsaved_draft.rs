//! Unsaved drafts.

use jiff::Timestamp;

use crate::profile::{Draft, ProfileId};

/// A draft that differs from its saved profile, or has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsavedDraft {
    /// The profile's id, generated before it is first saved.
    pub profile_id: ProfileId,
    /// Whether the profile has never been saved.
    pub is_new: bool,
    /// The draft.
    pub draft: Draft,
    /// When it was last edited.
    pub edited_at: Timestamp,
}
