//! The remembered state of the clock.

use jiff::Timestamp;

use crate::record::DeliveryId;
use crate::storage::encoding::{millis, time};
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::{delivery_id, get_or_default};
use crate::storage::retention::clock_doubt::{ClockDoubt, ClockMemory};

/// What is known of the clock.
pub struct Judged {
    /// What is stored.
    pub stored: Option<ClockMemory>,
    /// What is to be remembered.
    pub memory: ClockMemory,
    /// Why the clock is doubted.
    pub doubt: Option<ClockDoubt>,
}

/// Judges the clock that says `now`.
pub async fn judge(db: Db<'_>, now: Timestamp) -> Result<Judged, StoreError> {
    let stored = stored(db).await?;
    let remembered = match stored {
        Some(stored) => stored,
        None => ClockMemory { seen: last_activity(db).await?.unwrap_or(now), doubted: None },
    };
    let (memory, doubt) = remembered.judge(now);
    Ok(Judged { stored, memory, doubt })
}

async fn stored(db: Db<'_>) -> Result<Option<ClockMemory>, StoreError> {
    let Some(row) = db.row("SELECT seen_at, doubted_at FROM clock", &[]).await? else { return Ok(None) };
    // A time that is none counts as not remembered.
    let doubted = get_or_default::<Option<i64>>(&row, "doubted_at").and_then(|ms| time(ms).ok());
    Ok(time(get_or_default(&row, "seen_at")).ok().map(|seen| ClockMemory { seen, doubted }))
}

/// Remembers the state of the clock.
pub async fn remember(db: Db<'_>, what: ClockMemory) -> Result<(), StoreError> {
    let sql = "INSERT INTO clock (seen_at, doubted_at) VALUES ($1, $2)
               ON CONFLICT (one) DO UPDATE SET seen_at = excluded.seen_at, doubted_at = excluded.doubted_at";
    db.execute(sql, &[&millis(what.seen), &what.doubted.map(millis)]).await?;
    Ok(())
}

/// When something last happened, of a database that does not remember yet: the last delivery was accepted, or a profile
/// was changed or deleted.
async fn last_activity(db: Db<'_>) -> Result<Option<Timestamp>, StoreError> {
    let newest = db.row("SELECT id FROM delivery ORDER BY id DESC LIMIT 1", &[]).await?;
    let accepted = newest.and_then(|row| delivery_id(&row, "id").ok()).map(DeliveryId::made_at);
    let sql = "SELECT max(greatest(modified_at, deleted_at)) FROM profile";
    let changed = db.value::<i64>(sql, &[]).await?.and_then(|ms| time(ms).ok());
    Ok(accepted.into_iter().chain(changed).max())
}
