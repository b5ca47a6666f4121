//! The remembered state of the clock.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};

use crate::record::DeliveryId;
use crate::storage::error::StoreError;
use crate::storage::retention::clock_doubt::{ClockDoubt, ClockMemory};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::rows::columns::{delivery_id, get, millis, time};

impl Store {
    /// Checks a clock that shows `now`; a doubt is the reason to remove nothing by age. Remembers the result: a
    /// doubted clock is trusted once it has run for a day.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub async fn doubt_clock(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        let (stored, judged, doubt) = self.read(move |tx| judge(tx, now)).await?;
        if stored != Some(judged) {
            self.write(move |tx| remember(tx, judged)).await?;
        }
        Ok(doubt)
    }

    /// As [`Store::doubt_clock`], without remembering it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn clock_doubt(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        self.read(move |tx| Ok(judge(tx, now)?.2)).await
    }

    /// A person confirms that the clock is right at `now`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn trust_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| remember(tx, ClockMemory::certain(now))).await
    }
}

/// The stored state, the state to remember for a clock that shows `now`, and why it is doubted.
fn judge(
    tx: &Transaction<'_>,
    now: Timestamp,
) -> Result<(Option<ClockMemory>, ClockMemory, Option<ClockDoubt>), StoreError> {
    let stored = stored(tx)?;
    let remembered = match stored {
        Some(stored) => stored,
        None => ClockMemory { seen: last_activity(tx)?.unwrap_or(now), doubted: None },
    };
    let (judged, doubt) = remembered.judge(now);
    Ok((stored, judged, doubt))
}

fn stored(tx: &Transaction<'_>) -> Result<Option<ClockMemory>, StoreError> {
    let row = tx
        .prepare_cached("SELECT seen_at, doubted_at FROM clock")?
        .query_row([], |row| Ok((time_at(row, 0), time_at(row, 1))))
        .optional()?;
    // An invalid time counts as not remembered.
    Ok(row.and_then(|(seen, doubted)| Some(ClockMemory { seen: seen?, doubted })))
}

fn remember(tx: &Writing<'_>, what: ClockMemory) -> Result<(), StoreError> {
    let sql = "INSERT INTO clock (one, seen_at, doubted_at) VALUES (1, ?1, ?2)
               ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at, doubted_at = excluded.doubted_at";
    tx.prepare_cached(sql)?.execute((millis(what.seen), what.doubted.map(millis)))?;
    Ok(())
}

/// The last activity in a file that does not remember it yet: the last acceptance, or the last change or deletion of
/// a profile.
fn last_activity(tx: &Transaction<'_>) -> Result<Option<Timestamp>, StoreError> {
    let newest = tx
        .query_row("SELECT id FROM delivery ORDER BY id DESC LIMIT 1", [], |row| Ok(delivery_id(row, 0).ok()))
        .optional()?;
    let accepted = newest.flatten().map(DeliveryId::made_at);
    let sql = "SELECT max(max(modified_at, coalesce(deleted_at, 0))) FROM profile";
    let changed = tx.query_row(sql, [], |row| Ok(time_at(row, 0)))?;
    Ok(accepted.into_iter().chain(changed).max())
}

/// The time in a column, if it has one.
fn time_at(row: &Row<'_>, at: usize) -> Option<Timestamp> {
    get(row, at).and_then(time).ok()
}
