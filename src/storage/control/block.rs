//! Blocks: events that are queued and not sent for now, since a person paused them, or their profile is disabled or
//! deleted.
//!
//! Blocked events stay queued, and new ones are accepted. Manual deliveries are sent, with the credentials that are
//! kept.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::profile::{Choice, ProfileId};
use crate::record::{DeliveryId, Kind, Summary};
use crate::storage::profiles::deleted_profile::restorable_until;

/// Why deliveries are blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockReason {
    /// A person paused it.
    Paused,
    /// A person disabled the profile.
    Disabled,
    /// The profile was disabled automatically, after too many consecutive failures.
    AutoDisabled,
    /// A person deleted the profile, and can restore it.
    Deleted,
}

impl Choice for BlockReason {
    const ALL: &'static [Self] = &[Self::Paused, Self::Disabled, Self::AutoDisabled, Self::Deleted];

    fn name(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::AutoDisabled => "auto-disabled",
            Self::Deleted => "deleted",
        }
    }
}

/// One reason why deliveries are blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The profile whose deliveries are blocked; none for all.
    pub profile_id: Option<ProfileId>,
    /// The title of that profile; empty if it was removed permanently.
    pub title: String,
    /// The reason.
    pub why: BlockReason,
    /// Since when.
    pub since: Timestamp,
    /// Why the profile was auto-disabled.
    pub cause: Option<AutoDisableCause>,
    /// When an auto-disabled profile is probed next, if it is.
    pub next_probe: Option<Timestamp>,
}

impl Block {
    /// Until when the profile can be restored, if it is deleted: then its deliveries fail.
    #[must_use]
    pub fn restorable_until(&self) -> Option<Timestamp> {
        (self.why == BlockReason::Deleted).then(|| restorable_until(self.since))
    }
}

/// Why a profile was auto-disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoDisableCause {
    /// This many consecutive ones failed permanently.
    pub failed: u32,
    /// The last of them.
    pub delivery: DeliveryId,
    /// The failure of that one.
    pub message: String,
}

/// All current blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    all: Option<Block>,
    paused: HashMap<ProfileId, Block>,
    by_status: HashMap<ProfileId, Block>,
    deleted: HashMap<ProfileId, Block>,
}

impl Blocks {
    /// The pause of all profiles, if there is one.
    #[must_use]
    pub fn all(&self) -> Option<&Block> {
        self.all.as_ref()
    }

    /// The pause of this profile, if there is one.
    #[must_use]
    pub fn paused(&self, profile: &ProfileId) -> Option<&Block> {
        self.paused.get(profile)
    }

    /// That the profile is disabled, and why.
    #[must_use]
    pub fn disabled(&self, profile: &ProfileId) -> Option<&Block> {
        self.by_status.get(profile)
    }

    /// That the profile is deleted, and since when.
    #[must_use]
    pub fn deleted(&self, profile: &ProfileId) -> Option<&Block> {
        self.deleted.get(profile)
    }

    /// Whether a profile is deleted that can be restored.
    #[must_use]
    pub fn any_deleted(&self) -> bool {
        !self.deleted.is_empty()
    }

    /// The block of this delivery, pending or not: the widest one if there are several.
    #[must_use]
    pub fn of(&self, row: &Summary) -> Option<&Block> {
        if row.kind == Kind::Event { self.of_events(&row.profile_id) } else { None }
    }

    /// The block of this profile's events. Before a pause or a status of a deleted profile can end, it must be
    /// restored.
    #[must_use]
    pub fn of_events(&self, profile: &ProfileId) -> Option<&Block> {
        self.all()
            .or_else(|| self.deleted(profile))
            .or_else(|| self.paused(profile))
            .or_else(|| self.disabled(profile))
    }

    /// Each of them, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Block> {
        self.all
            .iter()
            .chain(self.paused.values())
            .chain(self.by_status.values())
            .chain(self.deleted.values())
    }

    /// Whether nothing is blocked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl FromIterator<Block> for Blocks {
    fn from_iter<I: IntoIterator<Item = Block>>(all: I) -> Self {
        let mut holds = Self::default();
        for hold in all {
            match (hold.profile_id.clone(), hold.why) {
                (None, _) => holds.all = Some(hold),
                (Some(id), BlockReason::Paused) => drop(holds.paused.insert(id, hold)),
                (Some(id), BlockReason::Deleted) => drop(holds.deleted.insert(id, hold)),
                (Some(id), BlockReason::Disabled | BlockReason::AutoDisabled) => {
                    drop(holds.by_status.insert(id, hold));
                }
            }
        }
        holds
    }
}
