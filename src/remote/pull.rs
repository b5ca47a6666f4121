//! Pulls the profiles of an account, one at a time. What only this side has stays.

use serde_json::{Value, json};
use uuid::Uuid;

use super::comparison::{Changed, Comparison};
use super::content::Content;
use super::keep_link::{keep_link, renew_link};
use super::listing::RemoteDocument;
use super::marks::Marks;
use super::member_change::{ChangedMembers, OnlySide, member_changes, whole_values};
use super::outcome::{ProfileOutcome, ProfileResult};
use super::pairs::Pair;
use super::side::{RemoteSide, new_profile};
use crate::management::{DocumentSource, ProfileCheck, saved_after};
use crate::profile::document::{Secrets, export};
use crate::profile::{Channel, Profile};
use crate::storage::{Saved, Storage, StoreError};

/// What is noted of a profile here that never was on the account.
pub const NOT_THERE: &str = "is not on the account";

/// How a pull treats what it finds.
#[derive(Debug, Clone, Copy, Default)]
pub struct PullOptions {
    /// In a conflict the account wins, and what was deleted here is restored.
    pub force: bool,
    /// What was deleted on the account is deleted here.
    pub prune: bool,
}

/// A pull from an account.
#[derive(Debug)]
pub struct Pull<'a> {
    /// Where profiles are stored; without it nothing is written.
    pub store: Option<&'a dyn Storage>,
    /// Checks them.
    pub check: &'a ProfileCheck<'a>,
    /// The name of the account.
    pub account: &'a str,
    /// What is allowed.
    pub options: PullOptions,
}

impl Pull<'_> {
    /// Whether this would delete a profile here: one that was changed here since is only deleted by force.
    #[must_use]
    pub fn deletes(&self, pair: &Pair) -> bool {
        let may_delete = |local| self.options.force || !pair.is_changed_here(local);
        self.options.prune && pair.was_deleted_there() && pair.local.as_ref().is_some_and(may_delete)
    }

    /// Pulls one profile.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn one(&self, pair: &Pair) -> Result<ProfileOutcome, StoreError> {
        let outcome =
            |result| ProfileOutcome::new(pair.id().cloned(), pair.remote_id().cloned(), pair.title(), result);
        match (&pair.local, &pair.remote) {
            (Some(local), Some(remote)) => self.existing(pair, local, remote).await,
            (None, Some(_)) if pair.was_deleted_here() && !self.options.force => {
                let note =
                    "was deleted here: --force restores it, `ringback remote push --prune` deletes it there";
                Ok(outcome(ProfileResult::Unchanged).noted(note))
            }
            (None, Some(remote)) => self.created(pair, remote, outcome(ProfileResult::Created)).await,
            (Some(local), None) if self.deletes(pair) => {
                let undo = format!("`ringback profiles restore {}` undoes it for seven days", local.id);
                let mut outcome = outcome(ProfileResult::Deleted).noted(undo);
                if let Some(store) = self.store {
                    store.delete_profile(&local.id).await?;
                    if let Err(error) = store.drop_remote_link(self.account, &local.id).await {
                        outcome.notes.push(format!("the link to the account is still stored: {error}"));
                    }
                }
                Ok(outcome)
            }
            (Some(_), None) if pair.was_deleted_there() && self.options.prune => {
                let why = "was deleted on the account, and changed here since: --force deletes it here too, \
                           `ringback remote push --force` creates it there again";
                Ok(outcome(ProfileResult::Unchanged).in_conflict(why))
            }
            (Some(_), None) if pair.was_deleted_there() => {
                let note = "was deleted on the account: --prune deletes it here too";
                Ok(outcome(ProfileResult::Unchanged).noted(note))
            }
            (Some(_), None) if pair.is_out_of_sight() => {
                let without = "not visible to this key, which is limited to some profiles";
                let prune = if self.options.prune { ": --prune does not delete it" } else { "" };
                Ok(outcome(ProfileResult::Unchanged).noted(format!("{without}{prune}")))
            }
            (Some(_), None) if pair.may_be_hidden => {
                Ok(outcome(ProfileResult::Unchanged).noted("not visible to this key"))
            }
            _ => Ok(outcome(ProfileResult::Unchanged).noted(NOT_THERE)),
        }
    }

    async fn created(
        &self,
        pair: &Pair,
        remote: &RemoteDocument,
        outcome: ProfileOutcome,
    ) -> Result<ProfileOutcome, StoreError> {
        if let Some(other) = &pair.id_taken_by {
            let why = format!(
                "the profile here with the ID {} is linked to {other} on the account: this one cannot be created here \
                 under its ID",
                remote.id
            );
            return Ok(outcome.failed(why));
        }
        let (mut profile, notes) = match new_profile(self.check, remote) {
            Ok(checked) => checked,
            Err(why) => return Ok(outcome.failed(why)),
        };
        if let Some(id) = pair.id() {
            profile.id = id.clone();
        }
        let mut outcome = ProfileOutcome { id: Some(profile.id.clone()), ..outcome };
        outcome.notes.extend(notes);
        let content = Content::of(&profile);
        outcome.changes = whole_values(&content, OnlySide::There, content.names());
        let Some(store) = self.store else { return Ok(outcome) };
        match store.save_profile_if(profile.clone(), None).await? {
            Saved::Saved => {}
            Saved::Changed(_) => {
                return Ok(outcome
                    .failed("was created here meanwhile: `ringback remote diff` shows what differs now"));
            }
            // What was deleted is restored with the contents of the account.
            Saved::Gone if self.options.force => store.save_profiles(vec![profile.clone()]).await?,
            Saved::Gone => {
                let why = format!(
                    "was deleted here: `ringback profiles restore {}` or --force restores it",
                    profile.id
                );
                return Ok(outcome.failed(why));
            }
        }
        match RemoteSide::read(self.check, remote, Some(&profile)) {
            Ok(side) => Ok(self.linked(store, (&profile, &side), None, outcome).await),
            Err(why) => Ok(outcome.failed(why)),
        }
    }

    async fn existing(
        &self,
        pair: &Pair,
        local: &Profile,
        remote: &RemoteDocument,
    ) -> Result<ProfileOutcome, StoreError> {
        let ids = (Some(local.id.clone()), Some(remote.id.clone()));
        let mut outcome = ProfileOutcome::new(ids.0, ids.1, pair.title(), ProfileResult::Unchanged);
        let side = match RemoteSide::read(self.check, remote, Some(local)) {
            Ok(side) => side,
            Err(why) => return Ok(outcome.failed(why)),
        };
        let marks = pair.marks();
        let comparison = Comparison::new(local, &side, marks.as_ref());
        outcome.notes.extend(side.notes.iter().cloned());
        if marks.is_some() {
            outcome.changed = ChangedMembers::of(&comparison);
        }
        if side.profile.channel != local.channel {
            return Ok(outcome.failed("has another channel on the account, and a channel cannot change"));
        }
        let conflicts = comparison.members(&[Changed::Both]);
        if !conflicts.is_empty() && !self.options.force {
            let sides = [Changed::Here, Changed::There, Changed::Both];
            outcome.changes = member_changes(&comparison, &side, &comparison.members(&sides));
            let how = if marks.is_some() {
                "changed on both sides"
            } else {
                "differ, and it is not known which side changed"
            };
            let fix = "--force takes the account's values, `ringback remote push --force` yours";
            return Ok(outcome.in_conflict(&format!("{}: {how}: {fix}", conflicts.join(", "))));
        }
        let own = comparison.members(&[Changed::Here]);
        if !own.is_empty() {
            outcome.notes.push(format!("changed here, and not pushed: {}", own.join(", ")));
        }
        let taken = comparison.members(&[Changed::There, Changed::Both]);
        if taken.is_empty() {
            if let Some(store) = self.store {
                let compared = (&comparison, marks.as_ref());
                renew_link(store, self.account, &local.id, &side, compared).await?;
            }
            return Ok(outcome);
        }
        outcome.changes = member_changes(&comparison, &side, &taken);
        if let Some(why) = side.untakable(&taken) {
            return Ok(outcome.failed(why));
        }
        let merged = merged(local, &side.profile, &taken);
        let read = self.check.read(merged, DocumentSource::Given).map_err(|fault| vec![fault]);
        let checked = match read.and_then(|read| self.check.check(read, Some(local), Uuid::nil())) {
            Ok(checked) => checked,
            Err(faults) => {
                let why: Vec<String> = faults.iter().map(ToString::to_string).collect();
                return Ok(outcome.failed(why.join("; ")));
            }
        };
        outcome.result = ProfileResult::Updated;
        outcome.notes.extend(checked.notes);
        let Some(store) = self.store else { return Ok(outcome) };
        let mut profile = checked.profile;
        profile.modified_at = saved_after(local.modified_at);
        match store.save_profile_if(profile.clone(), Some(local.modified_at)).await? {
            Saved::Saved => Ok(self.linked(store, (&profile, &side), marks.as_ref(), outcome).await),
            Saved::Changed(_) => {
                Ok(outcome
                    .failed("was changed here meanwhile: `ringback remote diff` shows what differs now"))
            }
            Saved::Gone => Ok(outcome.failed("was deleted here meanwhile: pull --force restores it")),
        }
    }

    /// Keeps what both sides agree about, now that the profile is stored.
    async fn linked(
        &self,
        store: &dyn Storage,
        (local, side): (&Profile, &RemoteSide),
        before: Option<&Marks>,
        outcome: ProfileOutcome,
    ) -> ProfileOutcome {
        let marks = Comparison::new(local, side, before).marks(side, before);
        match keep_link(store, self.account, &local.id, side, &marks).await {
            Ok(()) => outcome,
            Err(error) => outcome.failed_after(&format!("the link to the account was not stored: {error}")),
        }
    }
}

/// The document of a profile with these members of another one.
fn merged(local: &Profile, remote: &Profile, taken: &[String]) -> Value {
    let mut document = export(local, Secrets::Shown);
    let theirs = export(remote, Secrets::Shown);
    if let Some(members) = document.as_object_mut() {
        for member in taken {
            let mut names = vec![member.as_str()];
            if member == "signing_secrets" {
                // The current one is also written alone.
                names.push("signing_secret");
            }
            for name in names {
                match theirs.get(name) {
                    Some(value) => members.insert(name.to_owned(), value.clone()),
                    None => members.shift_remove(name),
                };
            }
        }
        if local.channel == Channel::Voice {
            // Older placeholders were converted when the account's profile was read.
            members.insert("literal_braces".to_owned(), json!(true));
        }
    }
    document
}
