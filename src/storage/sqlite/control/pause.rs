//! Pauses and other blocks, as rows.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Row, Transaction};

use crate::clock;
use crate::profile::{Choice, Profile, ProfileId, Status};
use crate::storage::control::block::{AutoDisableCause, Block, Blocks};
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::error::is_type_violation;
use crate::storage::sqlite::health::{half_open, turns};
use crate::storage::sqlite::profiles::purge;
use crate::storage::sqlite::rows::columns::{self, get, millis};
use crate::storage::unreadable::Why;

/// Stands for all profiles in the column of the profile's id.
const ALL: &str = "";

impl Store {
    /// Pauses one profile, or all: pending deliveries stay queued. Requests in flight are completed, and manual
    /// deliveries are sent. Returns whether it was not paused before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn pause(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        let now = millis(clock::now());
        self.write(move |tx| {
            let sql = "INSERT INTO hold (profile_id, why, since) VALUES (?1, 'paused', ?2)
                       ON CONFLICT DO NOTHING";
            Ok(tx.prepare_cached(sql)?.execute((key(profile.as_ref()), now))? > 0)
        })
        .await
    }

    /// Resumes one profile, or all: a profile that was paused separately stays paused, and a disabled one disabled.
    /// Returns whether it was paused.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn resume(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let sql = "DELETE FROM hold WHERE profile_id = ?1 AND why = 'paused'";
            Ok(tx.prepare_cached(sql)?.execute([key(profile.as_ref())])? > 0)
        })
        .await
    }

    /// All current blocks.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn blocks(&self) -> Result<Blocks, StoreError> {
        self.read(|tx| Ok(all(tx)?.into_iter().collect())).await
    }
}

fn key(profile: Option<&ProfileId>) -> &str {
    profile.map_or(ALL, ProfileId::as_str)
}

/// Each block, oldest first.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<Block>, StoreError> {
    let sql = "SELECT h.profile_id, h.why, h.since, h.failed, h.delivery, h.message, p.title, h.probe_at
               FROM hold AS h LEFT JOIN profile AS p ON p.id = h.profile_id
               UNION ALL
               SELECT id, 'deleted', deleted_at, NULL, NULL, NULL, title, NULL
               FROM profile INDEXED BY profile_deleted WHERE deleted_at >= ?1
               ORDER BY 3, 1, 2";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query([purge::restorable_from()])?;
    let mut blocks = Vec::new();
    while let Some(row) = rows.next()? {
        blocks.extend(block(row));
    }
    Ok(blocks)
}

fn block(row: &Row<'_>) -> Result<Block, Why> {
    let id: String = get(row, 0)?;
    Ok(Block {
        profile_id: if id == ALL { None } else { Some(columns::profile_id(&id)?) },
        why: columns::choice(columns::text(row, 1)?)?,
        // The rest is only explanatory: a block is shown even if its cause is unreadable.
        title: get(row, 6).unwrap_or_default(),
        since: get(row, 2).and_then(columns::time).unwrap_or(Timestamp::UNIX_EPOCH),
        cause: cause(row).ok(),
        next_probe: get::<Option<i64>>(row, 7).ok().flatten().and_then(|at| columns::time(at).ok()),
    })
}

fn cause(row: &Row<'_>) -> Result<AutoDisableCause, Why> {
    Ok(AutoDisableCause {
        failed: get(row, 3)?,
        delivery: columns::delivery_id(row, 4)?,
        message: get(row, 5)?,
    })
}

/// Blocks a profile that accepts no events, and unblocks one that does. Enabling it restarts its count of failures.
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
    if profile.status != Status::AutoDisabled {
        turns::switched(tx, id)?;
    }
    half_open::follow(tx, profile)
}

/// Records why a profile was auto-disabled.
pub fn explain(
    tx: &Transaction<'_>,
    profile: &ProfileId,
    cause: &AutoDisableCause,
) -> Result<(), StoreError> {
    let sql = "UPDATE hold SET failed = ?2, delivery = ?3, message = ?4
               WHERE profile_id = ?1 AND why = 'auto-disabled'";
    let row = (profile.as_str(), cause.failed, cause.delivery.bytes(), &cause.message);
    match tx.prepare_cached(sql)?.execute(row) {
        // It is blocked, although its row cannot store a reason.
        Err(error) if is_type_violation(&error) => Ok(()),
        done => Ok(done.map(drop)?),
    }
}

/// The profiles whose deliveries are not sent, without reasons: checked at every turn. Deleted profiles are recorded
/// in their own rows, and are looked up only while there are any.
#[derive(Debug)]
pub struct BlockedProfiles<'a> {
    tx: &'a Transaction<'a>,
    all: bool,
    profiles: HashSet<String>,
    /// Profiles deleted at this time or later are blocked; none if there are none.
    deleted_from: Option<i64>,
}

impl<'a> BlockedProfiles<'a> {
    pub fn read(tx: &'a Transaction<'a>) -> Result<Self, StoreError> {
        // The same as the displayed ones: an invisible row must not block anything.
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

    /// These too.
    pub fn and(mut self, others: HashSet<String>) -> Self {
        self.profiles.extend(others);
        self
    }

    pub fn is_empty(&self) -> bool {
        !self.all && self.profiles.is_empty() && self.deleted_from.is_none()
    }

    /// Whether nothing of this profile is sent now; `by_hand` says that a delivery is manual.
    pub fn blocks(&self, profile_id: &str, by_hand: bool) -> Result<bool, StoreError> {
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
