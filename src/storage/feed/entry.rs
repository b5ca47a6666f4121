//! An entry of the feed.

use jiff::Timestamp;
use serde_json::Value;

use crate::profile::{Choice, ProfileId};
use crate::record::{Attempt, DeliveryId, DeliveryState, Summary};
use crate::storage::control::block::AutoDisableCause;
use crate::storage::encoding;
use crate::storage::feed::position::FeedPosition;
use crate::storage::unreadable::Why;

/// An entry, and the position after it.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEntry {
    /// Continue here.
    pub position: FeedPosition,
    /// What happened.
    pub item: FeedItem,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedItem {
    /// A delivery was accepted. It is as it is now: it may have been sent already.
    Accepted(Box<Summary>),
    /// An attempt was recorded.
    Attempt(Box<RecordedAttempt>),
    /// A profile was changed.
    Profile(ProfileChange),
}

/// An attempt, of which delivery, and what that led to. The delivery and the number of the attempt identify it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedAttempt {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The profile of the delivery.
    pub profile: ProfileId,
    /// The state of the delivery after the attempt.
    pub state: DeliveryState,
    /// The attempt.
    pub attempt: Attempt,
}

/// A change of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChange {
    /// The profile; none for all of them, which only a pause and its end concern.
    pub profile: Option<ProfileId>,
    /// Its title at that time.
    pub title: Option<String>,
    /// What was done.
    pub kind: ProfileChangeKind,
    /// When.
    pub at: Timestamp,
    /// Why it was disabled automatically, or its health changed.
    pub cause: Option<AutoDisableCause>,
}

/// What was done to a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileChangeKind {
    /// It was saved for the first time.
    Created,
    /// It was saved.
    Changed,
    /// It was deleted.
    Deleted,
    /// Its deletion was undone.
    Restored,
    /// Its events are blocked for now.
    Paused,
    /// The pause ended.
    Resumed,
    /// It accepts no events.
    Disabled,
    /// The same, after too many consecutive failures.
    AutoDisabled,
    /// It accepts events again.
    Enabled,
    /// Its events fail.
    Failing,
    /// They are delivered again.
    Recovered,
}

impl Choice for ProfileChangeKind {
    const ALL: &'static [Self] = &[
        Self::Created,
        Self::Changed,
        Self::Deleted,
        Self::Restored,
        Self::Paused,
        Self::Resumed,
        Self::Disabled,
        Self::AutoDisabled,
        Self::Enabled,
        Self::Failing,
        Self::Recovered,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Disabled => "disabled",
            Self::AutoDisabled => "auto-disabled",
            Self::Enabled => "enabled",
            Self::Failing => "failing",
            Self::Recovered => "recovered",
        }
    }
}

impl ProfileChange {
    /// Reads one as the triggers of a store write it: a JSON object with `id`, `title`, `change`, `failed`,
    /// `delivery` and `message`.
    pub(in crate::storage) fn read(text: &str, at: i64) -> Result<Self, Why> {
        let all: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let id = all["id"].as_str().unwrap_or_default();
        let delivery = all["delivery"].as_str().and_then(|id| uuid::Uuid::parse_str(id).ok());
        let failed = all["failed"].as_u64().and_then(|failed| u32::try_from(failed).ok());
        let cause = failed.zip(delivery).map(|(failed, delivery)| AutoDisableCause {
            failed,
            delivery: DeliveryId::from_bytes(delivery.into_bytes()),
            message: all["message"].as_str().unwrap_or_default().to_owned(),
        });
        Ok(Self {
            profile: if id.is_empty() { None } else { Some(encoding::profile_id(id)?) },
            title: all["title"].as_str().map(str::to_owned),
            kind: encoding::choice(all["change"].as_str().unwrap_or_default())?,
            at: encoding::time(at)?,
            cause,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written() {
        let id = "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";
        let text = format!(
            "{{\"id\":\"{id}\",\"title\":\"T\",\"change\":\"auto-disabled\",\"failed\":10,\
             \"delivery\":\"01A229164B3C7D119F405A8C3D2E1F60\",\"message\":\"500\"}}"
        );
        let change = ProfileChange::read(&text, 7).unwrap();
        assert_eq!(change.profile.unwrap().as_str(), id);
        assert_eq!((change.kind, change.at.as_millisecond()), (ProfileChangeKind::AutoDisabled, 7));
        let cause = change.cause.unwrap();
        assert_eq!((cause.failed, cause.message.as_str()), (10, "500"));
        assert_eq!(cause.delivery.to_string(), "01a22916-4b3c-7d11-9f40-5a8c3d2e1f60");
        let all = ProfileChange::read("{\"id\":\"\",\"title\":null,\"change\":\"paused\"}", 7).unwrap();
        assert_eq!((all.profile, all.title, all.cause), (None, None, None));
        for text in ["", "{}", "{\"id\":\"x\",\"change\":\"paused\"}", "{\"id\":\"\",\"change\":\"x\"}"] {
            assert!(ProfileChange::read(text, 7).is_err(), "{text}");
        }
    }
}
