//! Enables and disables a profile.

use crate::profile::{Profile, Status};
use crate::storage::{Saved, Storage, StoreError};

use super::saved_at::saved_after;

/// A profile that has the requested status.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchedStatus {
    /// As stored now.
    pub profile: Profile,
    /// Whether it had another status before.
    pub changed: bool,
}

/// Gives a profile a status; its queued deliveries are resumed, or blocked. Nothing else in it changes, whatever
/// another session saves meanwhile. None if it was deleted meanwhile.
///
/// # Errors
/// The store cannot be read or written.
pub async fn switch(
    store: &dyn Storage,
    mut profile: Profile,
    status: Status,
) -> Result<Option<SwitchedStatus>, StoreError> {
    let changed = profile.status != status;
    while profile.status != status {
        let seen = profile.modified_at;
        profile.status = status;
        profile.modified_at = saved_after(seen);
        match store.save_profile_if(profile.clone(), Some(seen)).await? {
            Saved::Saved => {}
            Saved::Changed(theirs) => profile = *theirs,
            Saved::Gone => return Ok(None),
        }
    }
    Ok(Some(SwitchedStatus { profile, changed }))
}
