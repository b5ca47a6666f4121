//! What is held: queued, and not sent for now, since a person paused it, or its profile is disabled or
//! deleted.
//!
//! What is held stays queued, and comes in as ever. What a person sends by hand goes out, with the
//! credentials that are kept.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Row, Transaction};

use crate::clock;
use crate::profile::{Choice, Profile, ProfileId, Status};
use crate::record::{DeliveryId, Kind, Summary};
use crate::storage::error::{StoreError, is_type_violation};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::profiles::purge;
use crate::storage::sqlite::rows::columns::{self, Why, get, millis};

/// In the place of a profile's id: all profiles.
const ALL: &str = "";

/// Why something is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeldFor {
    /// A person paused it.
    Paused,
    /// A person disabled the profile.
    Disabled,
    /// The profile was disabled by itself, after too many failures in a row.
    AutoDisabled,
    /// A person deleted the profile, and can restore it.
    Deleted,
}

impl Choice for HeldFor {
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

/// One thing that holds deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Whose are held; none for all.
    pub profile_id: Option<ProfileId>,
    /// The title of that profile; empty where it is gone for good.
    pub title: String,
    /// Why.
    pub why: HeldFor,
    /// Since when.
    pub since: Timestamp,
    /// What made the profile disable itself.
    pub cause: Option<Cause>,
}

impl Hold {
    /// Until when the profile can be restored, where it is deleted: then its deliveries fail.
    #[must_use]
    pub fn restorable_until(&self) -> Option<Timestamp> {
        (self.why == HeldFor::Deleted).then(|| purge::until(self.since))
    }
}

/// Why a profile was disabled by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// So many in a row failed for good.
    pub failed: u32,
    /// The last of them.
    pub delivery: DeliveryId,
    /// Why that one failed.
    pub message: String,
}

/// All that is held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holds {
    all: Option<Hold>,
    paused: HashMap<ProfileId, Hold>,
    by_status: HashMap<ProfileId, Hold>,
    deleted: HashMap<ProfileId, Hold>,
}

impl Holds {
    /// What holds all profiles, where the sender is paused as a whole.
    #[must_use]
    pub fn all(&self) -> Option<&Hold> {
        self.all.as_ref()
    }

    /// What a person paused of this profile.
    #[must_use]
    pub fn paused(&self, profile: &ProfileId) -> Option<&Hold> {
        self.paused.get(profile)
    }

    /// That the profile is disabled, and why.
    #[must_use]
    pub fn disabled(&self, profile: &ProfileId) -> Option<&Hold> {
        self.by_status.get(profile)
    }

    /// That the profile is deleted, and since when.
    #[must_use]
    pub fn deleted(&self, profile: &ProfileId) -> Option<&Hold> {
        self.deleted.get(profile)
    }

    /// Whether a profile is deleted that can be restored.
    #[must_use]
    pub fn any_deleted(&self) -> bool {
        !self.deleted.is_empty()
    }

    /// What holds this delivery, whether it is still to be sent or not: what is wider goes first.
    #[must_use]
    pub fn of(&self, row: &Summary) -> Option<&Hold> {
        if row.kind == Kind::Event { self.of_events(&row.profile_id) } else { None }
    }

    /// What holds the events of this profile. Before a pause or a status of a deleted one can end, it
    /// must be restored.
    #[must_use]
    pub fn of_events(&self, profile: &ProfileId) -> Option<&Hold> {
        self.all()
            .or_else(|| self.deleted(profile))
            .or_else(|| self.paused(profile))
            .or_else(|| self.disabled(profile))
    }

    /// Each of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Hold> {
        self.all
            .iter()
            .chain(self.paused.values())
            .chain(self.by_status.values())
            .chain(self.deleted.values())
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl FromIterator<Hold> for Holds {
    fn from_iter<I: IntoIterator<Item = Hold>>(all: I) -> Self {
        let mut holds = Self::default();
        for hold in all {
            match (hold.profile_id.clone(), hold.why) {
                (None, _) => holds.all = Some(hold),
                (Some(id), HeldFor::Paused) => drop(holds.paused.insert(id, hold)),
                (Some(id), HeldFor::Deleted) => drop(holds.deleted.insert(id, hold)),
                (Some(id), HeldFor::Disabled | HeldFor::AutoDisabled) => {
                    drop(holds.by_status.insert(id, hold));
                }
            }
        }
        holds
    }
}

impl Store {
    /// Pauses one profile, or all: what is to be sent stays queued. What is under way runs to its end,
    /// and what is sent by hand goes out. Whether it was not paused before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn hold(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        let now = millis(clock::now());
        self.write(move |tx| {
            let sql = "INSERT INTO hold (profile_id, why, since) VALUES (?1, 'paused', ?2)
                       ON CONFLICT DO NOTHING";
            Ok(tx.prepare_cached(sql)?.execute((key(profile.as_ref()), now))? > 0)
        })
        .await
    }

    /// Ends the pause of one profile, or that of all: a profile that was paused by itself stays so, and
    /// one that is disabled, too. Whether it was paused.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn let_go(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let sql = "DELETE FROM hold WHERE profile_id = ?1 AND why = 'paused'";
            Ok(tx.prepare_cached(sql)?.execute([key(profile.as_ref())])? > 0)
        })
        .await
    }

    /// All that is held now.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn holds(&self) -> Result<Holds, StoreError> {
        self.read(|tx| Ok(all(tx)?.into_iter().collect())).await
    }
}

fn key(profile: Option<&ProfileId>) -> &str {
    profile.map_or(ALL, ProfileId::as_str)
}

/// Each hold, the oldest first.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<Hold>, StoreError> {
    let sql = "SELECT h.profile_id, h.why, h.since, h.failed, h.delivery, h.message, p.title
               FROM hold AS h LEFT JOIN profile AS p ON p.id = h.profile_id
               UNION ALL
               SELECT id, 'deleted', deleted_at, NULL, NULL, NULL, title
               FROM profile INDEXED BY profile_deleted WHERE deleted_at >= ?1
               ORDER BY 3, 1, 2";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query([purge::restorable_from()])?;
    let mut holds = Vec::new();
    while let Some(row) = rows.next()? {
        holds.extend(hold(row));
    }
    Ok(holds)
}

fn hold(row: &Row<'_>) -> Result<Hold, Why> {
    let id: String = get(row, 0)?;
    Ok(Hold {
        profile_id: if id == ALL { None } else { Some(columns::profile_id(&id)?) },
        why: columns::choice(columns::text(row, 1)?)?,
        // The rest only explains: what holds is shown, whatever it has there.
        title: get(row, 6).unwrap_or_default(),
        since: get(row, 2).and_then(columns::time).unwrap_or(Timestamp::UNIX_EPOCH),
        cause: cause(row).ok(),
    })
}

fn cause(row: &Row<'_>) -> Result<Cause, Why> {
    Ok(Cause { failed: get(row, 3)?, delivery: columns::delivery_id(row, 4)?, message: get(row, 5)? })
}

/// A profile that takes no events is held from now on, and one that does no longer is. Who enables it
/// begins to count its failures anew.
pub fn follow(tx: &Transaction<'_>, profile: &Profile) -> Result<(), StoreError> {
    let id = profile.id.as_str();
    let why = (profile.status != Status::Active).then(|| profile.status.name());
    let sql = "DELETE FROM hold WHERE profile_id = ?1 AND why <> 'paused' AND why IS NOT ?2";
    let ended = tx.prepare_cached(sql)?.execute((id, why))?;
    if let Some(why) = why {
        let sql = "INSERT INTO hold (profile_id, why, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        tx.prepare_cached(sql)?.execute((id, why, millis(profile.modified_at)))?;
    } else if ended > 0 {
        let sql = "UPDATE lane SET failed_in_row = 0 WHERE profile_id = ?1";
        tx.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

/// Notes why a profile was disabled by itself.
pub fn explain(tx: &Transaction<'_>, profile: &ProfileId, cause: &Cause) -> Result<(), StoreError> {
    let sql = "UPDATE hold SET failed = ?2, delivery = ?3, message = ?4
               WHERE profile_id = ?1 AND why = 'auto-disabled'";
    let row = (profile.as_str(), cause.failed, cause.delivery.bytes(), &cause.message);
    match tx.prepare_cached(sql)?.execute(row) {
        // It is held, though the row has room for no reason.
        Err(error) if is_type_violation(&error) => Ok(()),
        done => Ok(done.map(drop)?),
    }
}

/// Whose deliveries are not sent, and nothing else: asked at every turn. That a profile is deleted
/// stands in its own row, and is looked up only while some are.
#[derive(Debug)]
pub struct Closed<'a> {
    tx: &'a Transaction<'a>,
    all: bool,
    profiles: HashSet<String>,
    /// Deleted at this time or later is held; none where nothing is.
    deleted_from: Option<i64>,
}

impl<'a> Closed<'a> {
    pub fn read(tx: &'a Transaction<'a>) -> Result<Self, StoreError> {
        // The same that are shown: what nobody sees must not hold anything.
        let sql = "SELECT profile_id FROM hold WHERE why IN ('paused', 'disabled', 'auto-disabled')";
        let mut statement = tx.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let from = purge::restorable_from();
        let sql = "SELECT 1 FROM profile INDEXED BY profile_deleted WHERE deleted_at >= ?1 LIMIT 1";
        let deleted_from = tx.prepare_cached(sql)?.exists([from])?.then_some(from);
        let mut closed = Self { tx, all: false, profiles: HashSet::new(), deleted_from };
        while let Some(row) = rows.next()? {
            match columns::text(row, 0) {
                Ok(ALL) => closed.all = true,
                Ok(id) if ProfileId::parse(id).is_ok() => drop(closed.profiles.insert(id.to_owned())),
                _ => {}
            }
        }
        Ok(closed)
    }

    pub fn is_empty(&self) -> bool {
        !self.all && self.profiles.is_empty() && self.deleted_from.is_none()
    }

    /// Whether nothing of this profile is sent now; `by_hand` says that a person asked for it.
    pub fn hold(&self, profile_id: &str, by_hand: bool) -> Result<bool, StoreError> {
        if by_hand {
            return Ok(false);
        }
        Ok(self.all || self.profiles.contains(profile_id) || self.is_deleted(profile_id)?)
    }

    fn is_deleted(&self, profile_id: &str) -> Result<bool, StoreError> {
        let Some(from) = self.deleted_from else { return Ok(false) };
        let sql = "SELECT 1 FROM profile WHERE id = ?1 AND deleted_at >= ?2";
        Ok(self.tx.prepare_cached(sql)?.exists((profile_id, from))?)
    }
}
