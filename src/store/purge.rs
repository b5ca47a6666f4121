//! Deleted profiles go for good, secrets and all, when they can no longer be missed.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction};

use super::columns::millis;
use super::error::StoreError;

/// How long a deleted profile can be brought back.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The time before which what was deleted goes now; none where nothing was. Needs no lock.
pub(super) fn outdated(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let before = Timestamp::now() - KEPT;
    let sql = "SELECT 1 FROM profile INDEXED BY profile_deleted WHERE deleted_at < ?1";
    Ok(db.prepare_cached(sql)?.exists([millis(before)])?.then_some(before))
}

/// Removes what was deleted before this time, and what it was tested with. How many profiles.
pub(super) fn deleted(tx: &Transaction<'_>, before: Timestamp) -> Result<usize, StoreError> {
    let before = [millis(before)];
    tx.execute(
        "DELETE FROM test_values
         WHERE profile_id IN (SELECT id FROM profile WHERE deleted_at < ?1)",
        before,
    )?;
    Ok(tx.execute("DELETE FROM profile WHERE deleted_at < ?1", before)?)
}
