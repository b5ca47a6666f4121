//! Deleted profiles are removed permanently, including secrets, when they can no longer be restored.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use crate::clock;
use crate::storage::error::StoreError;
use crate::storage::profiles::deleted_profile::restorable_since;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::revision::steered;
use crate::storage::sqlite::rows::columns::millis;

/// Profiles deleted at this time, in milliseconds, or later can be restored now. Those deleted before count as gone,
/// whether they were removed already or not.
pub fn restorable_from() -> i64 {
    millis(restorable_since(clock::now()))
}

impl Store {
    /// Removes the profiles that can no longer be restored at `now`. Their pending deliveries are no longer blocked:
    /// the sender fails them, with that reason. Returns the number of profiles.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub async fn purge_profiles(&self, now: Timestamp) -> Result<usize, StoreError> {
        match self.read(move |tx| outdated(tx, now)).await? {
            Some(before) => self.write(move |tx| deleted(tx, before)).await,
            None => Ok(0),
        }
    }
}

/// The time before which deleted profiles must be removed now; none if there are none. Needs no lock.
pub fn outdated(db: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let before = restorable_since(now);
    let sql = "SELECT 1 FROM profile INDEXED BY profile_deleted WHERE deleted_at < ?1";
    Ok(db.prepare_cached(sql)?.exists([millis(before)])?.then_some(before))
}

/// Removes profiles deleted before this time, their test values, and their pauses. Returns their number.
pub fn deleted(tx: &Transaction<'_>, before: Timestamp) -> Result<usize, StoreError> {
    let before = [millis(before)];
    for table in ["test_values", "hold", "health", "recovering"] {
        let sql =
            format!("DELETE FROM {table} WHERE profile_id IN (SELECT id FROM profile WHERE deleted_at < ?1)");
        tx.execute(&sql, before)?;
    }
    let gone = tx.execute("DELETE FROM profile WHERE deleted_at < ?1", before)?;
    if gone > 0 {
        steered(tx)?;
    }
    Ok(gone)
}
