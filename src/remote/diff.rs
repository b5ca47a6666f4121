//! The differences between the profiles here and those of an account.

use serde_json::{Value, json};

use super::comparison::{Changed, Comparison};
use super::content::{Content, Dialect};
use super::member_change::{ChangedMembers, OnlySide, change_document, member_changes, whole_values};
use super::pairs::Pair;
use super::side::RemoteSide;
use crate::management::ProfileCheck;
use crate::profile::ProfileId;
use crate::profile::document::FieldChange;

/// How a profile here and its counterpart differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffState {
    /// Not at all.
    Same,
    /// In some members.
    Differs,
    /// The account has none.
    OnlyHere,
    /// There is none here.
    OnlyOnAccount,
    /// The account may have it, but the key is limited to other profiles.
    NotVisible,
    /// The account's cannot be read as a profile.
    Unreadable,
}

impl DiffState {
    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::OnlyHere => "only_here",
            Self::OnlyOnAccount => "only_on_account",
            Self::NotVisible => "not_visible",
            Self::Unreadable => "unreadable",
        }
    }
}

/// The differences of one profile.
#[derive(Debug, Clone)]
pub struct ProfileDiff {
    /// Its id here.
    pub id: Option<ProfileId>,
    /// Its id on the account.
    pub remote_id: Option<ProfileId>,
    /// Its title.
    pub title: String,
    /// How it differs.
    pub state: DiffState,
    /// The values that differ.
    pub changes: Vec<FieldChange>,
    /// The members that have changed on either side since both agreed.
    pub changed: ChangedMembers,
    /// Members that are set here and that the account does not carry.
    pub not_carried: Vec<String>,
    /// Paths of secrets that the account does not return, so that they cannot be compared.
    pub not_compared: Vec<String>,
    /// What a person should know.
    pub notes: Vec<String>,
}

impl ProfileDiff {
    /// Compares a pair. `dialect` is what the account carries.
    #[must_use]
    pub fn of(pair: &Pair, check: &ProfileCheck<'_>, dialect: Dialect) -> Self {
        let mut diff = Self {
            id: pair.local.as_ref().map(|profile| profile.id.clone()),
            remote_id: pair.remote.as_ref().map(|remote| remote.id.clone()),
            title: pair.title().to_owned(),
            state: DiffState::Same,
            changes: Vec::new(),
            changed: ChangedMembers::default(),
            not_carried: Vec::new(),
            not_compared: Vec::new(),
            notes: Vec::new(),
        };
        let (local, remote) = match (&pair.local, &pair.remote) {
            (Some(local), Some(remote)) => (local, remote),
            (Some(_), None) if pair.may_be_hidden => {
                diff.state = DiffState::NotVisible;
                return diff;
            }
            (Some(local), None) => {
                diff.state = DiffState::OnlyHere;
                if pair.was_deleted_there() {
                    diff.notes.push("was deleted on the account".to_owned());
                } else {
                    let content = Content::of(local);
                    let (carried, not_carried) =
                        content.names().partition::<Vec<&str>, _>(|name| dialect.carries(name));
                    diff.changes = whole_values(&content, OnlySide::Here, carried.into_iter());
                    diff.not_carried = not_carried.into_iter().map(str::to_owned).collect();
                }
                return diff;
            }
            (None, remote) => {
                diff.state = DiffState::OnlyOnAccount;
                if pair.was_deleted_here() {
                    diff.notes.push("was deleted here".to_owned());
                } else if let Some(Ok(side)) =
                    remote.as_ref().map(|remote| RemoteSide::read(check, remote, None))
                {
                    let content = &side.content;
                    diff.changes = whole_values(content, OnlySide::There, content.names());
                }
                return diff;
            }
        };
        let side = match RemoteSide::read(check, remote, Some(local)) {
            Ok(side) => side,
            Err(why) => {
                diff.state = DiffState::Unreadable;
                diff.notes.push(why);
                return diff;
            }
        };
        let comparison = Comparison::new(local, &side, pair.marks().as_ref());
        let all = [Changed::Here, Changed::There, Changed::Both, Changed::Agreed];
        let members = comparison.members(&all);
        if !members.is_empty() {
            diff.state = DiffState::Differs;
        }
        diff.changes = member_changes(&comparison, &side, &members);
        if pair.marks().is_some() {
            diff.changed = ChangedMembers::of(&comparison);
        }
        diff.not_carried = comparison.not_carried;
        diff.not_compared = side.hidden_secrets(&members);
        diff.notes = side.notes;
        diff
    }

    /// As JSON.
    #[must_use]
    pub fn document(&self) -> Value {
        let id = |id: &Option<ProfileId>| id.as_ref().map(ProfileId::as_str).map(str::to_owned);
        json!({
            "profile_id": id(&self.id), "remote_id": id(&self.remote_id), "title": self.title,
            "state": self.state.name(),
            "changes": self.changes.iter().map(change_document).collect::<Vec<_>>(),
            "changed_here": self.changed.here, "changed_on_account": self.changed.there,
            "not_carried": self.not_carried, "not_compared": self.not_compared, "notes": self.notes,
        })
    }
}
