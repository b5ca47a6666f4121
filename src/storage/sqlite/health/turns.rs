//! Records turns. Each is checked against the state of the profile, which another lane may have changed.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use crate::clock;
use crate::profile::Choice;
use crate::storage::error::StoreError;
use crate::storage::health::profile_health::{CAUSE_COLUMNS, HealthCause, HealthState};
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::{HealthTurnKind, KEPT_TURNS, RECORDED_COLUMNS, new_turn_id};
use crate::storage::sqlite::rows::columns::millis;

/// The state of a profile before a turn, and since when.
type Before = Option<(String, i64)>;

/// Reads it.
fn before(tx: &Transaction<'_>, profile_id: &str) -> Result<Before, StoreError> {
    let sql = "SELECT state, since FROM health WHERE profile_id = ?1";
    // What is damaged must not keep outcomes from being recorded.
    let read = |row: &Row<'_>| Ok((row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default()));
    Ok(tx.prepare_cached(sql)?.query_row([profile_id], read).optional()?)
}

/// A profile fails: unless it is not well already, or accepts no events.
pub fn failing(
    tx: &Transaction<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM profile WHERE id = ?1 AND deleted_at IS NULL AND status = 'active'";
    let before = before(tx, profile_id)?;
    if before.is_none() && tx.prepare_cached(sql)?.exists([profile_id])? {
        let now = millis(clock::now());
        set(tx, profile_id, HealthState::Failing, now, cause)?;
        log(tx, profile_id, HealthTurnKind::Failing, now, before, cause, rules)?;
    }
    Ok(())
}

/// A profile delivers: if it was failing.
pub fn recovered(
    tx: &Transaction<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let before = before(tx, profile_id)?;
    if before.as_ref().is_some_and(|(state, _)| state == HealthState::Failing.name()) {
        is_well(tx, profile_id, before, cause, rules)?;
    }
    Ok(())
}

/// A probe has enabled a profile.
pub fn enabled(
    tx: &Transaction<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    is_well(tx, profile_id, before(tx, profile_id)?, cause, rules)
}

fn is_well(
    tx: &Transaction<'_>,
    profile_id: &str,
    before: Before,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM health WHERE profile_id = ?1")?.execute([profile_id])?;
    log(tx, profile_id, HealthTurnKind::Recovered, millis(clock::now()), before, cause, rules)
}

/// A profile was disabled for its failures.
pub fn auto_disabled(
    tx: &Transaction<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let before = before(tx, profile_id)?;
    let now = millis(clock::now());
    set(tx, profile_id, HealthState::AutoDisabled, now, cause)?;
    log(tx, profile_id, HealthTurnKind::AutoDisabled, now, before, cause, rules)
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
    now: i64,
    cause: &HealthCause,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT OR REPLACE INTO health (profile_id, state, since, {CAUSE_COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    );
    tx.prepare_cached(&sql)?.execute(params![
        profile_id,
        state.name(),
        now,
        cause.failed,
        cause.delivery.bytes(),
        cause.status,
        cause.class.map(Choice::name),
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
    now: i64,
    before: Before,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO turn ({RECORDED_COLUMNS}, {CAUSE_COLUMNS})
         VALUES (?1, ?2, ?3, coalesce((SELECT CAST(title AS TEXT) FROM profile WHERE id = ?1), ''), ?4, ?5, ?6, ?7,
             ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         RETURNING seq"
    );
    let (was, was_since) = before.unzip();
    let seq: i64 = tx.prepare_cached(&sql)?.query_row(
        params![
            profile_id,
            new_turn_id().into_bytes(),
            now,
            kind.name(),
            was,
            was_since,
            rules.alerts,
            cause.failed,
            cause.delivery.bytes(),
            cause.status,
            cause.class.map(Choice::name),
            cause.message,
            cause.recent.map(|recent| recent.failed),
            cause.recent.map(|recent| recent.ended),
        ],
        |row| row.get(0),
    )?;
    tx.prepare_cached("DELETE FROM turn WHERE seq <= ?1")?.execute([seq.saturating_sub(KEPT_TURNS)])?;
    Ok(())
}
