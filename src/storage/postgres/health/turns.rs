//! Records turns. Each is checked against the state of the profile, which another lane or another sender may have
//! changed: of several that make the same turn at once, one does. Who calls these notes the change, last of all.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::clock;
use crate::profile::Choice;
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::health::profile_health::{CAUSE_COLUMNS, HealthCause, HealthState};
use crate::storage::health::rules::HealthRules;
use crate::storage::health::turn::{HealthTurnKind, KEPT_TURNS, RECORDED_COLUMNS, new_turn_id};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::producer::batch::storable;

/// Sets a profile to a state, unless it has one.
fn set_sql() -> String {
    format!(
        "INSERT INTO health (profile_id, state, since, {CAUSE_COLUMNS})
         SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM profile WHERE id = $1 AND deleted_at IS NULL"
    )
}

/// The state of a profile before a turn, and since when.
type Before = Option<(String, i64)>;

/// A profile fails: unless it is not well already, or accepts no events. Whether that is a turn.
pub async fn failing(
    db: Db<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<bool, StoreError> {
    let sql = format!("{} AND status = 'active' ON CONFLICT DO NOTHING", set_sql());
    let now = millis(clock::now());
    if set(db, &sql, profile_id, HealthState::Failing, now, cause).await? == 0 {
        return Ok(false);
    }
    log(db, profile_id, HealthTurnKind::Failing, now, None, cause, rules).await?;
    Ok(true)
}

/// A profile delivers: if it was failing. Whether that is a turn.
pub async fn recovered(
    db: Db<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM health WHERE profile_id = $1 AND state = 'failing' RETURNING state, since";
    let Some(row) = db.row(sql, &[&profile_id]).await? else { return Ok(false) };
    let before = Some((row.try_get(0)?, row.try_get(1)?));
    log(db, profile_id, HealthTurnKind::Recovered, millis(clock::now()), before, cause, rules).await?;
    Ok(true)
}

/// A probe has enabled a profile. Its row is locked.
pub async fn enabled(
    db: Db<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let row =
        db.row("DELETE FROM health WHERE profile_id = $1 RETURNING state, since", &[&profile_id]).await?;
    let before = row.map(|row| Ok::<_, StoreError>((row.try_get(0)?, row.try_get(1)?))).transpose()?;
    log(db, profile_id, HealthTurnKind::Recovered, millis(clock::now()), before, cause, rules).await
}

/// A profile was disabled for its failures. Its row is locked.
pub async fn auto_disabled(
    db: Db<'_>,
    profile_id: &str,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let sql = "SELECT state, since FROM health WHERE profile_id = $1 FOR UPDATE";
    let row = db.row(sql, &[&profile_id]).await?;
    let before = row.map(|row| Ok::<_, StoreError>((row.try_get(0)?, row.try_get(1)?))).transpose()?;
    let sql = format!(
        "{} ON CONFLICT (profile_id) DO UPDATE SET state = excluded.state, since = excluded.since,
             failed = excluded.failed, delivery = excluded.delivery, status = excluded.status,
             class = excluded.class, message = excluded.message, recent_failed = excluded.recent_failed,
             recent_ended = excluded.recent_ended",
        set_sql()
    );
    let now = millis(clock::now());
    set(db, &sql, profile_id, HealthState::AutoDisabled, now, cause).await?;
    log(db, profile_id, HealthTurnKind::AutoDisabled, now, before, cause, rules).await
}

/// A person has enabled or disabled an auto-disabled profile: it is failing until it delivers.
pub async fn switched(db: Db<'_>, profile_id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE health SET state = 'failing' WHERE profile_id = $1 AND state = 'auto-disabled'";
    db.execute(sql, &[&profile_id]).await?;
    Ok(())
}

/// A cause as it is stored.
struct Columns<'a> {
    failed: i32,
    delivery: Uuid,
    status: Option<i16>,
    class: Option<&'static str>,
    message: std::borrow::Cow<'a, str>,
    recent_failed: Option<i32>,
    recent_ended: Option<i32>,
}

impl<'a> Columns<'a> {
    fn of(cause: &'a HealthCause) -> Self {
        let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        Self {
            failed: number(cause.failed),
            delivery: Uuid::from_bytes(cause.delivery.bytes()),
            status: cause.status.and_then(|status| i16::try_from(status).ok()),
            class: cause.class.map(Choice::name),
            message: storable(&cause.message),
            recent_failed: cause.recent.map(|recent| number(recent.failed)),
            recent_ended: cause.recent.map(|recent| number(recent.ended)),
        }
    }

    fn params(&self) -> [&(dyn ToSql + Sync); 7] {
        let Self { failed, delivery, status, class, message, recent_failed, recent_ended } = self;
        [failed, delivery, status, class, message, recent_failed, recent_ended]
    }
}

async fn set(
    db: Db<'_>,
    sql: &str,
    profile_id: &str,
    state: HealthState,
    now: i64,
    cause: &HealthCause,
) -> Result<u64, StoreError> {
    let (columns, state) = (Columns::of(cause), state.name());
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&profile_id, &state, &now];
    params.extend(columns.params());
    db.execute(sql, &params).await
}

async fn log(
    db: Db<'_>,
    profile_id: &str,
    kind: HealthTurnKind,
    now: i64,
    before: Before,
    cause: &HealthCause,
    rules: &HealthRules,
) -> Result<(), StoreError> {
    let (columns, id, kind) = (Columns::of(cause), new_turn_id(), kind.name());
    let (was, was_since) = before.unzip();
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&profile_id, &id, &now, &kind, &was, &was_since];
    params.push(&rules.alerts);
    params.extend(columns.params());
    let sql = format!(
        "INSERT INTO turn ({RECORDED_COLUMNS}, {CAUSE_COLUMNS})
         VALUES ($1, $2, $3, coalesce((SELECT title FROM profile WHERE id = $1), ''), $4, $5, $6, $7, $8, $9, $10, $11,
             $12, $13, $14)
         RETURNING seq"
    );
    let seq: i64 = db.value(&sql, &params).await?.unwrap_or(0);
    db.execute("DELETE FROM turn WHERE seq <= $1", &[&seq.saturating_sub(KEPT_TURNS)]).await?;
    Ok(())
}
