//! Records turns. Each is checked against the state of the profile, which another lane may have changed.

use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::clock;
use crate::profile::Choice as _;
use crate::storage::error::StoreError;
use crate::storage::health::profile_health::{HealthCause, HealthState};
use crate::storage::health::turn::{HealthTurnKind, KEPT_TURNS, new_turn_id};
use crate::storage::sqlite::rows::columns::millis;

/// The state of a profile before a turn, and since when.
type Before = Option<(String, i64)>;

/// A profile fails: unless it is not well already, or accepts no events.
pub fn failing(tx: &Transaction<'_>, profile_id: &str, cause: &HealthCause) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM profile WHERE id = ?1 AND deleted_at IS NULL AND status = 'active'
               AND NOT EXISTS (SELECT 1 FROM health WHERE profile_id = ?1)";
    if tx.prepare_cached(sql)?.exists([profile_id])? {
        set(tx, profile_id, HealthState::Failing, cause)?;
        log(tx, profile_id, HealthTurnKind::Failing, None, cause)?;
    }
    Ok(())
}

/// A profile delivers: if it was failing.
pub fn recovered(tx: &Transaction<'_>, profile_id: &str, cause: &HealthCause) -> Result<(), StoreError> {
    let sql = "DELETE FROM health WHERE profile_id = ?1 AND state = 'failing' RETURNING state, since";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let before: Before = tx.prepare_cached(sql)?.query_row([profile_id], read).optional()?;
    if before.is_some() {
        log(tx, profile_id, HealthTurnKind::Recovered, before, cause)?;
    }
    Ok(())
}

/// A profile was disabled for its failures.
pub fn auto_disabled(tx: &Transaction<'_>, profile_id: &str, cause: &HealthCause) -> Result<(), StoreError> {
    let sql = "SELECT state, since FROM health WHERE profile_id = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let before: Before = tx.prepare_cached(sql)?.query_row([profile_id], read).optional()?;
    set(tx, profile_id, HealthState::AutoDisabled, cause)?;
    log(tx, profile_id, HealthTurnKind::AutoDisabled, before, cause)
}

/// A person has enabled or disabled an auto-disabled profile: it is failing until it delivers.
pub fn switched(tx: &Transaction<'_>, profile_id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE health SET state = 'failing' WHERE profile_id = ?1 AND state = 'auto-disabled'";
    tx.prepare_cached(sql)?.execute([profile_id])?;
    Ok(())
}

fn set(
    tx: &Transaction<'_>,
    profile_id: &str,
    state: HealthState,
    cause: &HealthCause,
) -> Result<(), StoreError> {
    let sql =
        "INSERT OR REPLACE INTO health (profile_id, state, since, failed, delivery, status, class, message,
                   recent_failed, recent_ended) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    tx.prepare_cached(sql)?.execute(params![
        profile_id,
        state.name(),
        millis(clock::now()),
        cause.failed,
        cause.delivery.bytes(),
        cause.status,
        cause.class.map(|class| class.name()),
        cause.message,
        cause.recent.map(|recent| recent.failed),
        cause.recent.map(|recent| recent.ended),
    ])?;
    Ok(())
}

fn log(
    tx: &Transaction<'_>,
    profile_id: &str,
    kind: HealthTurnKind,
    before: Before,
    cause: &HealthCause,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO turn (id, at, profile_id, title, kind, was, was_since, failed, delivery, status, class,
                   message, recent_failed, recent_ended)
               VALUES (?2, ?3, ?1, coalesce((SELECT title FROM profile WHERE id = ?1), ''), ?4, ?5, ?6, ?7, ?8, ?9,
                   ?10, ?11, ?12, ?13)
               RETURNING seq";
    let (was, was_since) = before.unzip();
    let seq: i64 = tx.prepare_cached(sql)?.query_row(
        params![
            profile_id,
            new_turn_id().into_bytes(),
            millis(clock::now()),
            kind.name(),
            was,
            was_since,
            cause.failed,
            cause.delivery.bytes(),
            cause.status,
            cause.class.map(|class| class.name()),
            cause.message,
            cause.recent.map(|recent| recent.failed),
            cause.recent.map(|recent| recent.ended),
        ],
        |row| row.get(0),
    )?;
    tx.prepare_cached("DELETE FROM turn WHERE seq <= ?1")?.execute([seq.saturating_sub(KEPT_TURNS)])?;
    Ok(())
}
