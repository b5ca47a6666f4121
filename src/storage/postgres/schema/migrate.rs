//! Brings a database to the latest schema.

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::connection::server::Purpose;
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::schema::partitions;
use crate::storage::postgres::schema::steps::{KNOWN, LEAST, STEPS};
use crate::storage::server_problem::ServerProblem;

/// One process at a time changes the schema.
const LOCK: i64 = 7_242_905_117_300_301;

/// What a migration has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The schema before; 0 for none.
    pub from: i64,
    /// The schema now.
    pub to: i64,
}

/// Brings a database to the latest schema, in one transaction. Other processes that do the same wait, and find
/// nothing left to do.
///
/// # Errors
/// The database cannot be used or changed, or a newer program has migrated it; then nothing was changed.
pub async fn migrate(session: &Session) -> Result<Migrated, StoreError> {
    debug_assert!(session.purpose() == Purpose::Migrate, "others are checked for the schema");
    let mut acquired = session.acquire().await?;
    let transaction = acquired.begin().await?;
    let db = transaction.db();
    db.rows("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    db.batch("CREATE SCHEMA IF NOT EXISTS ringback").await?;
    let from = version(db).await?;
    if from > KNOWN {
        return if least(db).await? > KNOWN {
            Err(ServerProblem::Ahead { found: from, known: KNOWN }.into())
        } else {
            Ok(Migrated { from, to: from })
        };
    }
    for step in STEPS.iter().skip(usize::try_from(from).unwrap_or(0)) {
        db.batch(step).await?;
    }
    let least = LEAST.last().copied().unwrap_or(KNOWN);
    let sql = "INSERT INTO meta (version, least) VALUES ($1::bigint::int, $2::bigint::int)
               ON CONFLICT (one) DO UPDATE SET version = excluded.version, least = excluded.least";
    db.execute(sql, &[&KNOWN, &least]).await?;
    partitions::make(db).await?;
    transaction.commit().await?;
    Ok(Migrated { from, to: KNOWN })
}

/// The schema of a database; 0 for none.
async fn version(db: Db<'_>) -> Result<i64, StoreError> {
    if db.value::<bool>("SELECT to_regclass('ringback.meta') IS NOT NULL", &[]).await? != Some(true) {
        return Ok(0);
    }
    Ok(db.value::<i64>("SELECT version::bigint FROM meta", &[]).await?.unwrap_or(0))
}

async fn least(db: Db<'_>) -> Result<i64, StoreError> {
    Ok(db.value::<i64>("SELECT least::bigint FROM meta", &[]).await?.unwrap_or(i64::MAX))
}
