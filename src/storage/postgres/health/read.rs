//! Reads the health of profiles, and the log of turns. An unreadable row hides no other.

use tokio_postgres::Row;
use uuid::Uuid;

use crate::storage::encoding;
use crate::storage::error::StoreError;
use crate::storage::health::failing_profiles::FailingProfiles;
use crate::storage::health::profile_health::{CAUSE_COLUMNS, HealthCause, ProfileHealth};
use crate::storage::health::recent_failures::RecentFailures;
use crate::storage::health::turn::{HealthTurn, READ_COLUMNS};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::{self, get};
use crate::storage::unreadable::Why;

/// The profiles that are not well.
pub async fn failing(db: Db<'_>) -> Result<FailingProfiles, StoreError> {
    let rows = db.rows(&format!("SELECT {CAUSE_COLUMNS}, profile_id, state, since FROM health"), &[]).await?;
    let read = |row: &Row| -> Result<_, Why> {
        let (state, since) = (rows::choice(row, "state")?, encoding::time(get(row, "since")?)?);
        let health = ProfileHealth { state, since, cause: cause(row)? };
        Ok((encoding::profile_id(get(row, "profile_id")?)?, health))
    };
    Ok(rows.iter().filter_map(|row| read(row).ok()).collect())
}

/// The turns of an alert, oldest first.
pub async fn turns_of_alert(db: Db<'_>, alert: Uuid) -> Result<Vec<HealthTurn>, StoreError> {
    let sql = format!("SELECT {CAUSE_COLUMNS}, {READ_COLUMNS} FROM turn WHERE alert = $1 ORDER BY seq");
    let rows = db.rows(&sql, &[&alert]).await?;
    Ok(rows.iter().filter_map(|row| turn(row).ok()).collect())
}

/// The latest turns, newest first.
pub async fn turns(db: Db<'_>, before: Option<i64>, most: usize) -> Result<Vec<HealthTurn>, StoreError> {
    let sql =
        format!("SELECT {CAUSE_COLUMNS}, {READ_COLUMNS} FROM turn WHERE seq < $1 ORDER BY seq DESC LIMIT $2");
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = db.rows(&sql, &[&before.unwrap_or(i64::MAX), &most]).await?;
    Ok(rows.iter().filter_map(|row| turn(row).ok()).collect())
}

fn turn(row: &Row) -> Result<HealthTurn, Why> {
    let was = get::<Option<&str>>(row, "was")?.map(encoding::choice).transpose()?;
    let was_since = encoding::time_if_any(get(row, "was_since")?)?;
    Ok(HealthTurn {
        position: get(row, "seq")?,
        id: get(row, "id")?,
        at: encoding::time(get(row, "at")?)?,
        profile_id: encoding::profile_id(get(row, "profile_id")?)?,
        title: get(row, "title")?,
        kind: rows::choice(row, "kind")?,
        before: was.zip(was_since),
        cause: cause(row)?,
    })
}

fn cause(row: &Row) -> Result<HealthCause, Why> {
    let failed = rows::unsigned_if_any::<i32, u32>(row, "recent_failed")?;
    let ended = rows::unsigned_if_any::<i32, u32>(row, "recent_ended")?;
    Ok(HealthCause {
        failed: rows::unsigned::<i32, u32>(row, "failed")?,
        delivery: rows::delivery_id(row, "delivery")?,
        status: rows::unsigned_if_any::<i16, u16>(row, "status")?,
        class: get::<Option<&str>>(row, "class")?.map(encoding::choice).transpose()?,
        message: get(row, "message")?,
        recent: failed.zip(ended).map(|(failed, ended)| RecentFailures { ended, failed }),
    })
}
