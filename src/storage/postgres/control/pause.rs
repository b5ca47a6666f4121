//! Pauses, and what else blocks deliveries, as rows.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::clock;
use crate::profile::{Choice as _, Profile, ProfileId, Status};
use crate::record::DeliveryId;
use crate::storage::control::block::{AutoDisableCause, Block};
use crate::storage::encoding::{self, millis};
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::health::{half_open, turns};
use crate::storage::postgres::profiles::purge;
use crate::storage::postgres::rows::{self, get};
use crate::storage::unreadable::Why;

/// In the place of a profile's id: all profiles.
const ALL: &str = "";

/// Pauses one profile, or all. Whether it was not paused before.
pub async fn pause(db: Db<'_>, profile: Option<&ProfileId>) -> Result<bool, StoreError> {
    let sql = "INSERT INTO hold (profile_id, why, since) VALUES ($1, 'paused', $2) ON CONFLICT DO NOTHING";
    let is_new = db.execute(sql, &[&key(profile), &millis(clock::now())]).await? > 0;
    if is_new {
        Changes::STEERING.note(db).await?;
    }
    Ok(is_new)
}

/// Ends the pause of one profile, or that of all. Whether it was paused.
pub async fn resume(db: Db<'_>, profile: Option<&ProfileId>) -> Result<bool, StoreError> {
    let sql = "DELETE FROM hold WHERE profile_id = $1 AND why = 'paused'";
    let was_paused = db.execute(sql, &[&key(profile)]).await? > 0;
    if was_paused {
        Changes::STEERING.note(db).await?;
    }
    Ok(was_paused)
}

fn key(profile: Option<&ProfileId>) -> &str {
    profile.map_or(ALL, ProfileId::as_str)
}

/// Each block, the oldest first.
pub async fn all(db: Db<'_>) -> Result<Vec<Block>, StoreError> {
    let sql = "SELECT h.profile_id, h.why, h.since, h.failed, h.delivery, h.message, p.title, h.probe_at
               FROM hold h LEFT JOIN profile p ON p.id = h.profile_id
               UNION ALL
               SELECT id, 'deleted', deleted_at, NULL, NULL, NULL, title, NULL FROM profile WHERE deleted_at >= $1
               ORDER BY 3, 1, 2";
    let rows = db.rows(sql, &[&purge::restorable_from()]).await?;
    Ok(rows.iter().filter_map(|row| block(row).ok()).collect())
}

fn block(row: &Row) -> Result<Block, Why> {
    let id: &str = get(row, "profile_id")?;
    Ok(Block {
        profile_id: if id == ALL { None } else { Some(encoding::profile_id(id)?) },
        why: rows::choice(row, "why")?,
        // The rest only explains: a block is shown even if its cause is unreadable.
        title: get::<Option<String>>(row, "title").ok().flatten().unwrap_or_default(),
        since: get(row, "since").and_then(encoding::time).unwrap_or(Timestamp::UNIX_EPOCH),
        cause: cause(row).ok(),
        next_probe: get(row, "probe_at").and_then(encoding::time_if_any).ok().flatten(),
    })
}

fn cause(row: &Row) -> Result<AutoDisableCause, Why> {
    Ok(AutoDisableCause {
        failed: rows::unsigned::<i32, u32>(row, "failed")?,
        delivery: DeliveryId::from_bytes(get::<Uuid>(row, "delivery")?.into_bytes()),
        message: get(row, "message")?,
    })
}

/// A profile that takes no events is blocked from now on, and one that does no longer is. Who enables it begins to
/// count its failures anew.
pub async fn follow(db: Db<'_>, profile: &Profile) -> Result<(), StoreError> {
    let id = profile.id.as_str();
    let why = (profile.status != Status::Active).then(|| profile.status.name());
    let sql = "DELETE FROM hold WHERE profile_id = $1 AND why <> 'paused' AND why IS DISTINCT FROM $2";
    let ended = db.execute(sql, &[&id, &why]).await?;
    if let Some(why) = why {
        let sql = "INSERT INTO hold (profile_id, why, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        db.execute(sql, &[&id, &why, &millis(profile.modified_at)]).await?;
    } else if ended > 0 {
        db.execute("UPDATE lane SET failed_in_row = 0 WHERE profile_id = $1", &[&id]).await?;
    }
    if profile.status != Status::AutoDisabled {
        turns::switched(db, id).await?;
    }
    half_open::follow(db, profile).await
}

/// Whose deliveries are not sent.
#[derive(Debug, Default)]
pub struct BlockedProfiles {
    /// All profiles.
    pub all: bool,
    /// These.
    pub profiles: Vec<String>,
}

impl BlockedProfiles {
    /// Reads them.
    pub async fn read(db: Db<'_>) -> Result<Self, StoreError> {
        let sql = "SELECT profile_id FROM hold UNION SELECT id FROM profile WHERE deleted_at >= $1";
        let mut blocked = Self::default();
        for row in &db.rows(sql, &[&purge::restorable_from()]).await? {
            match rows::get_or_default::<&str>(row, "profile_id") {
                ALL => blocked.all = true,
                id => blocked.profiles.push(id.to_owned()),
            }
        }
        Ok(blocked)
    }

    /// Whether nothing is blocked.
    pub fn is_empty(&self) -> bool {
        !self.all && self.profiles.is_empty()
    }
}
