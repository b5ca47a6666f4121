//! Partitions of the log: one a day, made ahead.

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;

/// Partitions are made for this many days, from today on.
const DAYS_AHEAD: i32 = 7;

/// Makes the partitions of yesterday, today and the next days, where they are missing.
pub async fn make(db: Db<'_>) -> Result<(), StoreError> {
    db.rows("SELECT make_days(current_date - 1, current_date + $1::int)", &[&DAYS_AHEAD]).await?;
    Ok(())
}
