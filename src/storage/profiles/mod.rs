//! Profiles, deleted ones, unsaved drafts, own variables and test values.

pub mod deleted_profile;
pub mod listing;
pub mod named_profiles;
pub mod profile_row;
pub mod saved;
pub mod unsaved_draft;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::callback::Values;
use crate::profile::catalogue::{Sample, Variable};
use crate::profile::{Event, Profile, ProfileId};
use crate::storage::error::StoreError;
use crate::storage::unreadable::PassedOver;

use deleted_profile::DeletedProfile;
use listing::Listing;
use profile_row::ProfileRow;
use saved::Saved;
use unsaved_draft::UnsavedDraft;

/// Stores profiles and related data of the editor.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// All profiles that are not deleted, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError>;

    /// One profile, if it exists and is not deleted.
    ///
    /// # Errors
    /// The store, or the profile in it, cannot be read.
    async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError>;

    /// The profiles that a text may name: the one with that id, otherwise those with that id prefix
    /// ([`profile_range`](crate::storage::log::lookup::profile_range)), otherwise those with that title, ignoring
    /// ASCII case.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn find_profiles(&self, text: &str) -> Result<Vec<ProfileRow>, StoreError>;

    /// Creates or, by id, replaces profiles: all or none. A deleted one is restored. Deliveries of an inactive
    /// profile are blocked from now on, and those of an active one no longer; enabling one restarts its count of
    /// failures.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn save_profiles(&self, profiles: Vec<Profile>) -> Result<(), StoreError>;

    /// Saves a profile only over the version that was seen: `expected` is when that one was modified, to the
    /// millisecond, and none for a profile that must be new. A deleted one stays deleted.
    ///
    /// # Errors
    /// The store cannot be written, or what another session saved cannot be read.
    async fn save_profile_if(
        &self,
        profile: Profile,
        expected: Option<Timestamp>,
    ) -> Result<Saved, StoreError>;

    /// Deletes a profile so that it can be restored for seven days. Its deliveries stay: ended ones in the log,
    /// pending events blocked. Returns whether it existed.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn delete_profile(&self, id: &ProfileId) -> Result<bool, StoreError>;

    /// Restores a deleted profile. Returns whether there was one.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn restore_profile(&self, id: &ProfileId) -> Result<bool, StoreError>;

    /// Restores the most recently deleted profile, by any session, and returns it as it was until now; none if there
    /// is nothing to restore.
    ///
    /// # Errors
    /// The store cannot be written, or the profile in it cannot be read.
    async fn restore_last(&self) -> Result<Option<DeletedProfile>, StoreError>;

    /// The profiles that can be restored, most recently deleted first. Takes time for each blocked delivery.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn deleted_profiles(&self) -> Result<Vec<DeletedProfile>, StoreError>;

    /// As [`Profiles::find_profiles`], among the deleted ones.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn find_deleted(&self, text: &str) -> Result<Vec<DeletedProfile>, StoreError>;

    /// The unreadable rows that a listing skips.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn unreadable(&self, listing: Listing) -> Result<PassedOver, StoreError>;

    /// Keeps a draft, replacing an earlier one of this profile that belongs to this process, or whose process has
    /// ended. A draft belongs to the process in which it is typed: others see it once that has ended.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn keep_draft(&self, kept: UnsavedDraft) -> Result<(), StoreError>;

    /// The drafts of this process and of processes that have ended, latest first, one per profile.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn drafts(&self) -> Result<Vec<UnsavedDraft>, StoreError>;

    /// The draft of one profile, if this process has one, or a process that has ended left one.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn draft(&self, profile_id: &ProfileId) -> Result<Option<UnsavedDraft>, StoreError>;

    /// Forgets the draft of a profile: it was saved, or discarded. A draft of another running process is kept.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn drop_draft(&self, profile_id: &ProfileId) -> Result<(), StoreError>;

    /// All own variables, each with its scope, in the order of adding. A scope is the name of an event, or `default`.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn own_variables(&self) -> Result<Vec<(String, Variable)>, StoreError>;

    /// Adds a variable to a scope, or changes the one with that name there.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn add_variable(&self, scope: &str, variable: Variable) -> Result<(), StoreError>;

    /// Changes an own variable of a scope, possibly its name; its position in the list stays. Returns whether it
    /// existed, and its new name was free.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn change_variable(&self, scope: &str, name: &str, variable: Variable) -> Result<bool, StoreError>;

    /// Removes an own variable from a scope. Returns whether it existed.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn remove_variable(&self, scope: &str, name: &str) -> Result<bool, StoreError>;

    /// All own named samples, each with its scope as own variables, in the order of adding.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn own_samples(&self) -> Result<Vec<(String, Sample)>, StoreError>;

    /// Adds a sample to a scope, or changes the one with that name there.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn save_sample(&self, scope: &str, sample: Sample) -> Result<(), StoreError>;

    /// Removes an own sample from a scope. Returns whether it existed.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn remove_sample(&self, scope: &str, name: &str) -> Result<bool, StoreError>;

    /// Keeps the values of a test, replacing the previous ones of this profile and event.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn keep_test_values(
        &self,
        profile_id: &ProfileId,
        event: Option<Event>,
        values: &Values,
    ) -> Result<(), StoreError>;

    /// The values of the last test of each event of a profile.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn test_values(&self, profile_id: &ProfileId) -> Result<Vec<(Option<Event>, Values)>, StoreError>;
}
