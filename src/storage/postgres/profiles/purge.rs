//! Removes deleted profiles, with their secrets, when they can no longer be restored.

use jiff::Timestamp;

use crate::clock;
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::Changes;
use crate::storage::postgres::connection::db::Db;
use crate::storage::profiles::deleted_profile::restorable_since;

/// What was deleted at this time, in milliseconds, or later can be restored now. What was deleted before is as good as
/// gone, whether it was removed already or not.
pub fn restorable_from() -> i64 {
    millis(restorable_since(clock::now()))
}

/// Removes the profiles that can no longer be restored at `now`, what they were tested with, and their pauses. How
/// many profiles.
pub async fn purge(db: Db<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let before = millis(restorable_since(now));
    for table in ["test_values", "hold", "health", "recovering", "metered_claim"] {
        let sql =
            format!("DELETE FROM {table} WHERE profile_id IN (SELECT id FROM profile WHERE deleted_at < $1)");
        db.execute(&sql, &[&before]).await?;
    }
    let gone = db.execute("DELETE FROM profile WHERE deleted_at < $1", &[&before]).await?;
    if gone > 0 {
        Changes::PROFILES.note(db).await?;
    }
    Ok(usize::try_from(gone).unwrap_or(usize::MAX))
}
