//! Reads the health of profiles, and the log of turns. An unreadable row hides no other.

use rusqlite::{Params, Row, Transaction};
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::health::failing_profiles::FailingProfiles;
use crate::storage::health::profile_health::{CAUSE_COLUMNS, HealthCause, ProfileHealth};
use crate::storage::health::recent_failures::RecentFailures;
use crate::storage::health::turn::{HealthTurn, READ_COLUMNS};
use crate::storage::sqlite::rows::columns::{self, get};
use crate::storage::unreadable::Why;

/// The profiles that are not well.
pub fn failing(tx: &Transaction<'_>) -> Result<FailingProfiles, StoreError> {
    let sql = format!("SELECT {CAUSE_COLUMNS}, profile_id, state, since FROM health");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let read = || -> Result<_, Why> {
            let id = columns::profile_id(columns::text(row, 7)?)?;
            let (state, since) = (columns::choice(columns::text(row, 8)?)?, columns::time(get(row, 9)?)?);
            Ok((id, ProfileHealth { state, since, cause: cause(row)? }))
        };
        all.extend(read().ok());
    }
    Ok(all.into_iter().collect())
}

/// The turns of an alert, oldest first.
pub fn turns_of_alert(tx: &Transaction<'_>, alert: Uuid) -> Result<Vec<HealthTurn>, StoreError> {
    select(tx, "alert = ?1 ORDER BY seq", [alert.into_bytes()])
}

/// The latest turns, newest first.
pub fn turns(tx: &Transaction<'_>, before: Option<i64>, most: usize) -> Result<Vec<HealthTurn>, StoreError> {
    let params = (before.unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX));
    select(tx, "seq < ?1 ORDER BY seq DESC LIMIT ?2", params)
}

fn select(tx: &Transaction<'_>, which: &str, params: impl Params) -> Result<Vec<HealthTurn>, StoreError> {
    let sql = format!("SELECT {CAUSE_COLUMNS}, {READ_COLUMNS} FROM turn WHERE {which}");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query(params)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(turn(row).ok());
    }
    Ok(all)
}

fn turn(row: &Row<'_>) -> Result<HealthTurn, Why> {
    let was: Option<String> = get(row, 13)?;
    let was = was.map(|was| columns::choice(&was)).transpose()?;
    let was_since = get::<Option<i64>>(row, 14)?.map(columns::time).transpose()?;
    Ok(HealthTurn {
        position: get(row, 7)?,
        id: Uuid::from_bytes(get(row, 8)?),
        at: columns::time(get(row, 9)?)?,
        profile_id: columns::profile_id(columns::text(row, 10)?)?,
        title: get(row, 11)?,
        kind: columns::choice(columns::text(row, 12)?)?,
        before: was.zip(was_since),
        cause: cause(row)?,
    })
}

fn cause(row: &Row<'_>) -> Result<HealthCause, Why> {
    let class: Option<String> = get(row, 3)?;
    let (failed, ended) = (get::<Option<u32>>(row, 5)?, get::<Option<u32>>(row, 6)?);
    Ok(HealthCause {
        failed: get(row, 0)?,
        delivery: columns::delivery_id(row, 1)?,
        status: get(row, 2)?,
        class: class.map(|class| columns::choice(&class)).transpose()?,
        message: get(row, 4)?,
        recent: failed.zip(ended).map(|(failed, ended)| RecentFailures { ended, failed }),
    })
}
