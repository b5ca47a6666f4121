//! Profiles and what belongs to their editor.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{MemoryStore, Tables};
use crate::callback::Values;
use crate::profile::catalogue::{Sample, Variable};
use crate::profile::{Event, Profile, ProfileId};
use crate::storage::log::lookup::profile_range;
use crate::storage::profiles::deleted_profile::restorable_since;
use crate::storage::{
    DeletedProfile, Listing, PassedOver, ProfileChangeKind, ProfileRow, Profiles, Saved, StoreError,
    UnsavedDraft,
};

fn row(profile: &Profile) -> ProfileRow {
    ProfileRow {
        id: profile.id.clone(),
        title: profile.title.to_string(),
        channel: profile.channel,
        method: profile.method,
        status: profile.status,
        created_at: profile.created_at,
        modified_at: profile.modified_at,
        endpoint: profile.endpoint.template().to_string(),
    }
}

/// The profiles that a text names: the one with this id, otherwise those with this id prefix, otherwise those with
/// this title.
fn meant<T>(all: Vec<T>, text: &str, row: impl Fn(&T) -> &ProfileRow) -> Vec<T> {
    let text = text.trim();
    if let Ok(id) = ProfileId::parse(text) {
        return all.into_iter().filter(|one| row(one).id == id).collect();
    }
    let range = profile_range(text);
    let starts = |one: &T| {
        let id = row(one).id.as_str();
        range.as_ref().is_some_and(|(from, to)| id >= from.as_str() && id < to.as_str())
    };
    let by_id = all.iter().any(starts);
    let is_meant = |one: &T| if by_id { starts(one) } else { row(one).title.eq_ignore_ascii_case(text) };
    all.into_iter().filter(is_meant).collect()
}

impl Tables {
    fn rows(&self) -> Vec<ProfileRow> {
        let mut all: Vec<&Profile> = self.profiles.iter().collect();
        let place = |profile: &Profile| self.profile_order.iter().position(|id| *id == profile.id);
        all.sort_by_key(|profile| (profile.created_at, place(profile)));
        all.into_iter().map(row).collect()
    }

    pub fn profile(&self, id: &ProfileId) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == *id)
    }

    /// Replaces the profile with this id, or adds it at the end.
    pub fn save(&mut self, profile: Profile) {
        let id = profile.id.clone();
        let was = self.profile(&id).map(|known| known.status);
        let was_deleted = self.deleted.iter().any(|(gone, _)| gone.id == id);
        let kind = match was {
            None if was_deleted => Some(ProfileChangeKind::Restored),
            None => Some(ProfileChangeKind::Created),
            Some(status) => (status == profile.status).then_some(ProfileChangeKind::Changed),
        };
        let saved = profile.clone();
        self.replace(profile);
        if let Some(kind) = kind {
            self.note_change(Some(&id), kind);
        }
        self.follow(&saved);
    }

    fn replace(&mut self, profile: Profile) {
        self.revision.profiles += 1;
        self.deleted.retain(|(gone, _)| gone.id != profile.id);
        if !self.profile_order.contains(&profile.id) {
            self.profile_order.push(profile.id.clone());
        }
        match self.profiles.iter_mut().find(|known| known.id == profile.id) {
            Some(known) => *known = profile,
            None => self.profiles.push(profile),
        }
    }

    pub fn delete(&mut self, id: &ProfileId) -> bool {
        let Some(at) = self.profiles.iter().position(|profile| profile.id == *id) else { return false };
        let last = self.deleted.iter().map(|(_, at)| *at + SignedDuration::from_millis(1)).max();
        let when = last.map_or(self.now(), |last| last.max(self.now()));
        self.note_change(Some(id), ProfileChangeKind::Deleted);
        let gone = self.profiles.remove(at);
        self.deleted.push((gone, when));
        (self.revision.profiles, self.revision.steering) =
            (self.revision.profiles + 1, self.revision.steering + 1);
        true
    }

    fn restore(&mut self, id: &ProfileId) -> bool {
        let from = restorable_since(self.now());
        let found = self.deleted.iter().position(|(gone, at)| gone.id == *id && *at >= from);
        let Some(at) = found else { return false };
        let (profile, _) = self.deleted.remove(at);
        self.profiles.push(profile);
        self.note_change(Some(id), ProfileChangeKind::Restored);
        (self.revision.profiles, self.revision.steering) =
            (self.revision.profiles + 1, self.revision.steering + 1);
        true
    }

    /// The profiles that can be restored, most recently deleted first.
    fn restorable(&self) -> Vec<DeletedProfile> {
        let from = restorable_since(self.now());
        let found = self.deleted.iter().filter(|(_, at)| *at >= from).map(|(profile, at)| DeletedProfile {
            row: row(profile),
            deleted_at: *at,
            pending: self.pending_events(&profile.id),
        });
        let mut all: Vec<DeletedProfile> = found.collect();
        all.sort_by_key(|deleted| std::cmp::Reverse(deleted.deleted_at));
        all
    }
}

#[async_trait]
impl Profiles for MemoryStore {
    async fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError> {
        Ok(self.tables().rows())
    }

    async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        Ok(self.tables().profile(id).cloned())
    }

    async fn find_profiles(&self, text: &str) -> Result<Vec<ProfileRow>, StoreError> {
        Ok(meant(self.tables().rows(), text, |row| row))
    }

    async fn save_profiles(&self, profiles: Vec<Profile>) -> Result<(), StoreError> {
        self.change(|tables| profiles.into_iter().for_each(|profile| tables.save(profile)));
        Ok(())
    }

    async fn save_profile_if(
        &self,
        profile: Profile,
        expected: Option<Timestamp>,
    ) -> Result<Saved, StoreError> {
        Ok(self.change(|tables| {
            let is_deleted = tables.deleted.iter().any(|(gone, _)| gone.id == profile.id);
            match (tables.profile(&profile.id), expected) {
                (Some(known), seen) if Some(known.modified_at) != seen => {
                    return Saved::Changed(Box::new(known.clone()));
                }
                (None, Some(_)) => return Saved::Gone,
                (None, None) if is_deleted => return Saved::Gone,
                _ => {}
            }
            tables.save(profile);
            Saved::Saved
        }))
    }

    async fn delete_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        Ok(self.change(|tables| tables.delete(id)))
    }

    async fn restore_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        Ok(self.change(|tables| tables.restore(id)))
    }

    async fn restore_last(&self) -> Result<Option<DeletedProfile>, StoreError> {
        Ok(self.change(|tables| {
            let last = tables.restorable().into_iter().next()?;
            tables.restore(&last.row.id);
            Some(last)
        }))
    }

    async fn deleted_profiles(&self) -> Result<Vec<DeletedProfile>, StoreError> {
        Ok(self.tables().restorable())
    }

    async fn find_deleted(&self, text: &str) -> Result<Vec<DeletedProfile>, StoreError> {
        Ok(meant(self.tables().restorable(), text, |deleted| &deleted.row))
    }

    async fn unreadable(&self, _: Listing) -> Result<PassedOver, StoreError> {
        Ok(PassedOver::default())
    }

    async fn keep_draft(&self, kept: UnsavedDraft) -> Result<(), StoreError> {
        self.change(|tables| {
            tables.drafts.retain(|draft| draft.profile_id != kept.profile_id);
            tables.drafts.push(kept);
        });
        Ok(())
    }

    async fn drafts(&self) -> Result<Vec<UnsavedDraft>, StoreError> {
        let mut all = self.tables().drafts.clone();
        all.sort_by_key(|draft| std::cmp::Reverse(draft.edited_at));
        Ok(all)
    }

    async fn draft(&self, profile_id: &ProfileId) -> Result<Option<UnsavedDraft>, StoreError> {
        Ok(self.tables().drafts.iter().find(|draft| draft.profile_id == *profile_id).cloned())
    }

    async fn drop_draft(&self, profile_id: &ProfileId) -> Result<(), StoreError> {
        self.change(|tables| tables.drafts.retain(|draft| draft.profile_id != *profile_id));
        Ok(())
    }

    async fn own_variables(&self) -> Result<Vec<(String, Variable)>, StoreError> {
        Ok(self.tables().own.clone())
    }

    async fn add_variable(&self, scope: &str, variable: Variable) -> Result<(), StoreError> {
        self.change(|tables| {
            tables.revision.variables += 1;
            match tables.own.iter_mut().find(|(of, own)| of == scope && own.name == variable.name) {
                Some((_, own)) => *own = variable,
                None => tables.own.push((scope.to_owned(), variable)),
            }
        });
        Ok(())
    }

    async fn change_variable(&self, scope: &str, name: &str, variable: Variable) -> Result<bool, StoreError> {
        Ok(self.change(|tables| {
            let is_new = |(of, own): &(String, Variable)| of == scope && own.name == variable.name;
            if variable.name != name && tables.own.iter().any(is_new) {
                return false;
            }
            tables.revision.variables += 1;
            let found = tables.own.iter_mut().find(|(of, own)| of == scope && own.name == name);
            found.map(|(_, own)| *own = variable).is_some()
        }))
    }

    async fn remove_variable(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        Ok(self.change(|tables| {
            let before = tables.own.len();
            tables.own.retain(|(of, own)| of != scope || own.name != name);
            tables.revision.variables += 1;
            tables.own.len() < before
        }))
    }

    async fn own_samples(&self) -> Result<Vec<(String, Sample)>, StoreError> {
        Ok(self.tables().own_samples.clone())
    }

    async fn save_sample(&self, scope: &str, sample: Sample) -> Result<(), StoreError> {
        self.change(|tables| {
            tables.revision.variables += 1;
            match tables.own_samples.iter_mut().find(|(of, own)| of == scope && own.name == sample.name) {
                Some((_, own)) => *own = sample,
                None => tables.own_samples.push((scope.to_owned(), sample)),
            }
        });
        Ok(())
    }

    async fn remove_sample(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        Ok(self.change(|tables| {
            let before = tables.own_samples.len();
            tables.own_samples.retain(|(of, own)| of != scope || own.name != name);
            tables.revision.variables += 1;
            tables.own_samples.len() < before
        }))
    }

    async fn keep_test_values(
        &self,
        profile_id: &ProfileId,
        event: Option<Event>,
        values: &Values,
    ) -> Result<(), StoreError> {
        self.change(|tables| {
            tables.test_values.retain(|(id, of, _)| id != profile_id || *of != event);
            tables.test_values.push((profile_id.clone(), event, values.clone()));
        });
        Ok(())
    }

    async fn test_values(&self, profile_id: &ProfileId) -> Result<Vec<(Option<Event>, Values)>, StoreError> {
        let tables = self.tables();
        let own = tables.test_values.iter().filter(|(id, ..)| id == profile_id);
        Ok(own.map(|(_, event, values)| (*event, values.clone())).collect())
    }
}
