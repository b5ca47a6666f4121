//! Profiles, deleted ones, unsaved drafts, own variables and samples, and test values.

mod deleted;
mod drafts;
pub mod list;
mod lookup;
pub mod purge;
mod samples;
pub mod save;
mod test_values;
mod variables;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::callback::Values;
use crate::profile::catalogue::{Sample, Variable};
use crate::profile::{Event, Profile, ProfileId};
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::profiles::Profiles;
use crate::storage::profiles::deleted_profile::DeletedProfile;
use crate::storage::profiles::listing::Listing;
use crate::storage::profiles::profile_row::ProfileRow;
use crate::storage::profiles::saved::Saved;
use crate::storage::profiles::unsaved_draft::UnsavedDraft;
use crate::storage::unreadable::PassedOver;

pub use drafts::Drafts;

#[async_trait]
impl Profiles for PgStore {
    async fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError> {
        list::all(self.read().await?.db()?).await
    }

    async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        list::one(self.read().await?.db()?, id).await
    }

    async fn find_profiles(&self, text: &str) -> Result<Vec<ProfileRow>, StoreError> {
        lookup::profiles(self.read().await?.db()?, text).await
    }

    async fn save_profiles(&self, profiles: Vec<Profile>) -> Result<(), StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        save::all(transaction.db(), &profiles).await?;
        transaction.commit().await
    }

    async fn save_profile_if(
        &self,
        profile: Profile,
        expected: Option<Timestamp>,
    ) -> Result<Saved, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let saved = save::over(transaction.db(), &profile, expected).await?;
        transaction.commit().await?;
        Ok(saved)
    }

    async fn delete_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let was_there = deleted::delete(transaction.db(), id).await?;
        transaction.commit().await?;
        Ok(was_there)
    }

    async fn restore_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let restored = deleted::restore(transaction.db(), id).await?;
        transaction.commit().await?;
        Ok(restored)
    }

    async fn restore_last(&self) -> Result<Option<DeletedProfile>, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let last = deleted::restore_last(transaction.db()).await?;
        transaction.commit().await?;
        Ok(last)
    }

    async fn deleted_profiles(&self) -> Result<Vec<DeletedProfile>, StoreError> {
        deleted::all(self.read().await?.db()?).await
    }

    async fn find_deleted(&self, text: &str) -> Result<Vec<DeletedProfile>, StoreError> {
        lookup::deleted(self.read().await?.db()?, text).await
    }

    async fn unreadable(&self, listing: Listing) -> Result<PassedOver, StoreError> {
        let mut acquired = self.read().await?;
        let db = acquired.db()?;
        let mut found = PassedOver::default();
        match listing {
            Listing::Profiles => found.extend(list::unreadable(db).await?),
            Listing::DeletedProfiles => found.extend(deleted::unreadable(db).await?),
            Listing::OwnVariables => found.extend(variables::unreadable(db).await?),
            Listing::OwnSamples => found.extend(samples::unreadable(db).await?),
        }
        Ok(found)
    }

    async fn keep_draft(&self, kept: UnsavedDraft) -> Result<(), StoreError> {
        self.0.drafts.store().await?.keep_draft(kept).await
    }

    async fn drafts(&self) -> Result<Vec<UnsavedDraft>, StoreError> {
        self.0.drafts.store().await?.drafts().await
    }

    async fn draft(&self, profile_id: &ProfileId) -> Result<Option<UnsavedDraft>, StoreError> {
        self.0.drafts.store().await?.draft(profile_id).await
    }

    async fn drop_draft(&self, profile_id: &ProfileId) -> Result<(), StoreError> {
        self.0.drafts.store().await?.drop_draft(profile_id).await
    }

    async fn own_variables(&self) -> Result<Vec<(String, Variable)>, StoreError> {
        variables::all(self.read().await?.db()?).await
    }

    async fn add_variable(&self, scope: &str, variable: Variable) -> Result<(), StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        variables::add(transaction.db(), scope, &variable).await?;
        transaction.commit().await
    }

    async fn change_variable(&self, scope: &str, name: &str, variable: Variable) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let changed = variables::change(transaction.db(), scope, name, &variable).await?;
        transaction.commit().await?;
        Ok(changed)
    }

    async fn remove_variable(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let was_there = variables::remove(transaction.db(), scope, name).await?;
        transaction.commit().await?;
        Ok(was_there)
    }

    async fn own_samples(&self) -> Result<Vec<(String, Sample)>, StoreError> {
        samples::all(self.read().await?.db()?).await
    }

    async fn save_sample(&self, scope: &str, sample: Sample) -> Result<(), StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        samples::save(transaction.db(), scope, sample).await?;
        transaction.commit().await
    }

    async fn remove_sample(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let was_there = samples::remove(transaction.db(), scope, name).await?;
        transaction.commit().await?;
        Ok(was_there)
    }

    async fn keep_test_values(
        &self,
        profile_id: &ProfileId,
        event: Option<Event>,
        values: &Values,
    ) -> Result<(), StoreError> {
        test_values::keep(self.write().await?.db()?, profile_id, event, values).await
    }

    async fn test_values(&self, profile_id: &ProfileId) -> Result<Vec<(Option<Event>, Values)>, StoreError> {
        test_values::of(self.read().await?.db()?, profile_id).await
    }
}
