//! What was done to a profile, or would be.

use serde_json::{Value, json};

use super::member_change::{ChangedMembers, change_document};
use super::pairs::Pair;
use crate::profile::ProfileId;
use crate::profile::document::FieldChange;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileResult {
    /// It is new on the side that was written.
    Created,
    /// It was changed there.
    Updated,
    /// Nothing was to be done.
    Unchanged,
    /// It was deleted there.
    Deleted,
    /// Both sides have changed it; nothing was done.
    Conflict,
    /// It could not be done.
    Failed,
    /// The command ended before.
    NotDone,
}

impl ProfileResult {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
            Self::NotDone => "not done",
        }
    }

    /// The same in a preview: what is to be done.
    #[must_use]
    pub fn plan(self) -> &'static str {
        match self {
            Self::Created => "create",
            Self::Updated => "update",
            Self::Deleted => "delete",
            other => other.name(),
        }
    }

    /// Whether it writes, on the side that is written.
    #[must_use]
    pub fn is_write(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Deleted)
    }

    /// Whether it is what was asked for.
    #[must_use]
    pub fn is_fine(self) -> bool {
        !matches!(self, Self::Conflict | Self::Failed | Self::NotDone)
    }
}

/// What was done to one profile, or would be.
#[derive(Debug, Clone)]
pub struct ProfileOutcome {
    /// Its id here; none if it has none.
    pub id: Option<ProfileId>,
    /// Its id on the account; none if it has none.
    pub remote_id: Option<ProfileId>,
    /// Its title, on the side that has it.
    pub title: String,
    /// What was done.
    pub result: ProfileResult,
    /// Why, for a conflict or failure.
    pub why: Option<String>,
    /// The values that were, or are in conflict.
    pub changes: Vec<FieldChange>,
    /// The members that have changed on either side since both agreed.
    pub changed: ChangedMembers,
    /// Members that are set here and that the account does not carry.
    pub not_carried: Vec<String>,
    /// What a person should know.
    pub notes: Vec<String>,
}

impl ProfileOutcome {
    /// An outcome without details.
    #[must_use]
    pub fn new(
        id: Option<ProfileId>,
        remote_id: Option<ProfileId>,
        title: &str,
        result: ProfileResult,
    ) -> Self {
        Self {
            id,
            remote_id,
            title: title.to_owned(),
            result,
            why: None,
            changes: Vec::new(),
            changed: ChangedMembers::default(),
            not_carried: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The outcome of a profile that nothing was done to, since the command ended before.
    #[must_use]
    pub fn not_done(pair: &Pair) -> Self {
        Self::new(pair.id().cloned(), pair.remote_id().cloned(), pair.title(), ProfileResult::NotDone)
    }

    /// The same as a failure.
    #[must_use]
    pub fn failed(mut self, why: impl Into<String>) -> Self {
        (self.result, self.why) = (ProfileResult::Failed, Some(why.into()));
        self
    }

    /// The same as a failure after the profile itself was written.
    #[must_use]
    pub fn failed_after(self, why: &str) -> Self {
        let done = self.result.name();
        self.failed(format!("was {done}, but {why}"))
    }

    /// The same as a conflict.
    #[must_use]
    pub fn in_conflict(mut self, why: &str) -> Self {
        (self.result, self.why) = (ProfileResult::Conflict, Some(why.to_owned()));
        self
    }

    /// The same with a note.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// As JSON.
    #[must_use]
    pub fn document(&self) -> Value {
        let id = |id: &Option<ProfileId>| id.as_ref().map(ProfileId::as_str).map(str::to_owned);
        json!({
            "profile_id": id(&self.id), "remote_id": id(&self.remote_id), "title": self.title,
            "result": self.result.name(), "why": self.why,
            "changes": self.changes.iter().map(change_document).collect::<Vec<_>>(),
            "changed_here": self.changed.here, "changed_on_account": self.changed.there,
            "not_carried": self.not_carried, "notes": self.notes,
        })
    }
}
