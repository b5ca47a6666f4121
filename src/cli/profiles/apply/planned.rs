//! What an application does.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::cli::error::CommandError;
use crate::cli::passed_over;
use crate::profile::document::FieldChange;
use crate::profile::{Profile, ProfileId};
use crate::storage::{Listing, Opened, ProfileRow};
use crate::text::escape_controls;

/// How many titles a question lists.
const NAMED: usize = 10;

/// What becomes of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApplyResult {
    Created,
    Updated,
    Unchanged,
}

impl ApplyResult {
    /// The word for what is to be done.
    pub(super) fn plan(self) -> &'static str {
        match self {
            Self::Created => "create",
            Self::Updated => "update",
            Self::Unchanged => "unchanged",
        }
    }

    /// The word for it, also in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

/// The word for a profile that is deleted, also in JSON.
pub(super) const DELETED: &str = "deleted";

/// A profile of a document.
#[derive(Debug)]
pub(super) struct PlannedProfile {
    /// As it is to be saved; as it is stored if nothing changes.
    pub profile: Profile,
    /// What becomes of it.
    pub result: ApplyResult,
    /// What changes of a stored one; all fields of a new one.
    pub changes: Vec<FieldChange>,
    /// Whether its ID is assigned by this run, so a later one would assign another.
    pub has_new_id: bool,
}

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The profiles of the documents, in their order.
    pub profiles: Vec<PlannedProfile>,
    /// The profiles that are deleted.
    pub deleted: Vec<ProfileRow>,
    /// What a person should know, in lines.
    pub notes: Vec<String>,
}

impl Plan {
    /// The profiles to save. What is the same is not written, so its time of modification stays.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Profile> {
        let changed = self.profiles.iter().filter(|planned| planned.result != ApplyResult::Unchanged);
        changed.map(|planned| &planned.profile)
    }

    /// Deletes every readable profile that no document describes.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn prune(&mut self, store: Option<&Opened>) -> Result<(), CommandError> {
        let Some(store) = store else { return Ok(()) };
        passed_over::report(&store.unreadable(Listing::Profiles).await?);
        let kept: HashSet<&ProfileId> = self.profiles.iter().map(|planned| &planned.profile.id).collect();
        let rows = store.profiles().await?;
        self.deleted = rows.into_iter().filter(|row| !kept.contains(&row.id)).collect();
        Ok(())
    }

    /// Such as `2 profiles ('Order SMS', 'Bookings')`.
    pub(super) fn named_deletions(&self) -> String {
        let titles = self.deleted.iter().take(NAMED).map(|row| format!("'{}'", escape_controls(&row.title)));
        let mut titles = titles.collect::<Vec<_>>().join(", ");
        if let Some(more) = self.deleted.len().checked_sub(NAMED).filter(|more| *more > 0) {
            // Writing to a string cannot fail.
            let _ = write!(titles, " and {more} more");
        }
        let noun = if self.deleted.len() == 1 { "profile" } else { "profiles" };
        format!("{} {noun} ({titles})", self.deleted.len())
    }
}
