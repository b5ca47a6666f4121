//! Brings a database to the latest schema, also while other programs work with it.
//!
//! Programs that may work with the new schema continue. Others end first: their senders stop as soon as they renew
//! their seats, after requests in flight were recorded. Connections that are left then are closed before the change is
//! committed, and programs that connect anew are refused with a sentence.

use std::time::{Duration, Instant};

use crate::storage::error::StoreError;
use crate::storage::postgres::bells::bell::Bell;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::connection::server::Purpose;
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::schema::partitions;
use crate::storage::postgres::schema::steps::{LEAST, STEPS};
use crate::storage::server_problem::ServerProblem;

/// One process at a time changes the schema.
const LOCK: i64 = 7_242_905_117_300_301;

/// How many leases to wait for senders that must end.
const LEASES: u32 = 2;

/// How often it is looked whether they have ended.
const LOOK: Duration = Duration::from_millis(50);

/// Closes the connections of other programs, as far as this user may. Those of migrations have another name.
pub const CLOSE_OTHERS: &str = "
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'ringback/%'
  AND pg_has_role(usesysid, 'USAGE')";

/// What a migration has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The schema before; 0 for none.
    pub from: i64,
    /// The schema now.
    pub to: i64,
}

/// The schema that a program brings a database to.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    steps: &'a [&'a str],
    least: &'a [i64],
}

impl Target<'_> {
    /// That of this program.
    pub const LATEST: Target<'static> = Target { steps: STEPS, least: LEAST };

    fn version(self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }

    fn least(self) -> i64 {
        self.least.last().copied().unwrap_or(self.version())
    }

    /// Whether programs that work with this schema must end before it is changed.
    fn is_closed_to_those_of(self, version: i64) -> bool {
        let at = usize::try_from(version).ok().and_then(|version| version.checked_sub(1));
        at.and_then(|at| self.least.get(at)).is_some_and(|least| *least < self.least())
    }
}

#[cfg(test)]
impl<'a> Target<'a> {
    /// One that these steps lead to; for each the oldest schema that a program must know to work with it.
    pub fn of(steps: &'a [&'a str], least: &'a [i64]) -> Self {
        Self { steps, least }
    }
}

/// What is there before.
struct Found {
    /// 0 for none.
    version: i64,
    least: i64,
}

/// Brings a database to a schema, in one transaction. Other processes that do the same wait, and find nothing left
/// to do.
///
/// # Errors
/// The database cannot be used or changed, or a newer program has migrated it; then nothing was changed.
pub async fn migrate(session: &Session, target: Target<'_>) -> Result<Migrated, StoreError> {
    debug_assert!(session.purpose() == Purpose::Migrate, "others are checked for the schema");
    let mut acquired = session.acquire().await?;
    let found = found(acquired.db()?).await?;
    if target.is_closed_to_those_of(found.version) {
        end_senders(acquired.db()?, target.least()).await?;
    }
    let transaction = acquired.begin().await?;
    let migrated = change(transaction.db(), target).await?;
    transaction.commit().await?;
    Ok(migrated)
}

async fn change(db: Db<'_>, target: Target<'_>) -> Result<Migrated, StoreError> {
    db.rows("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    db.batch("CREATE SCHEMA IF NOT EXISTS ringback").await?;
    let (Found { version: from, least }, to) = (found(db).await?, target.version());
    if from > to {
        return if least > to {
            Err(ServerProblem::Ahead { found: from, known: to }.into())
        } else {
            Ok(Migrated { from, to: from })
        };
    }
    if target.is_closed_to_those_of(from) {
        // A program that connects now waits until this has ended.
        db.batch("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE").await?;
        db.rows(CLOSE_OTHERS, &[]).await?;
    }
    for step in target.steps.iter().skip(usize::try_from(from).unwrap_or(0)) {
        db.batch(step).await?;
    }
    let sql = "INSERT INTO meta (version, least) VALUES ($1::bigint::int, $2::bigint::int)
               ON CONFLICT (one) DO UPDATE SET version = excluded.version, least = excluded.least";
    db.execute(sql, &[&to, &target.least()]).await?;
    partitions::make(db).await?;
    Ok(Migrated { from, to })
}

/// Says which programs must end, and waits until their senders have, or have lost their seats.
async fn end_senders(db: Db<'_>, least: i64) -> Result<(), StoreError> {
    db.execute("UPDATE meta SET least = $1::bigint::int WHERE least < $1::bigint", &[&least]).await?;
    let (channel, payload) = Bell::Fleet.notification();
    db.rows("SELECT pg_notify($1, $2)", &[&channel, &payload]).await?;
    let lease_ms = db.value::<i32>("SELECT lease_ms FROM meta", &[]).await?.unwrap_or(0);
    let most = Duration::from_millis(u64::try_from(lease_ms).unwrap_or(0)).saturating_mul(LEASES);
    let began = Instant::now();
    let any = "SELECT EXISTS (SELECT FROM sender WHERE seen_until >= now())";
    while began.elapsed() < most && db.value(any, &[]).await? == Some(true) {
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// The schema of a database, and which programs may work with it.
async fn found(db: Db<'_>) -> Result<Found, StoreError> {
    if db.value::<bool>("SELECT to_regclass('ringback.meta') IS NOT NULL", &[]).await? != Some(true) {
        return Ok(Found { version: 0, least: 0 });
    }
    let Some(row) = db.row("SELECT version::bigint, least::bigint FROM ringback.meta", &[]).await? else {
        return Ok(Found { version: 0, least: 0 });
    };
    Ok(Found { version: row.try_get(0)?, least: row.try_get(1)? })
}
