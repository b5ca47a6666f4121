//! The mark of a copy of this database into another one.

use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rollups::fold;
use crate::storage::postgres::schema::migrate::CLOSE_OTHERS;
use crate::storage::postgres::transfer::others::others;
use crate::storage::transfer::TransferError;
use crate::storage::transfer::store::SourceMark;

/// Where the database is filled from, if a copy into it has not finished.
pub async fn filled_from(db: Db<'_>) -> Result<Option<String>, StoreError> {
    db.value("SELECT copying_from FROM meta WHERE copying_from IS NOT NULL AND closed_at IS NULL", &[]).await
}

/// The mark of a copy, if one has begun.
pub async fn read(db: Db<'_>) -> Result<Option<SourceMark>, StoreError> {
    let sql =
        "SELECT moved_id, moved_to, closed_at IS NOT NULL AS is_closed, moved_at IS NOT NULL AS is_finished
               FROM meta WHERE moved_id IS NOT NULL AND moved_to IS NOT NULL";
    let mark = |row: tokio_postgres::Row| -> Result<SourceMark, StoreError> {
        Ok(SourceMark {
            id: row.try_get("moved_id")?,
            target: row.try_get("moved_to")?,
            is_closed: row.try_get("is_closed")?,
            is_finished: row.try_get("is_finished")?,
        })
    };
    db.row(sql, &[]).await?.map(mark).transpose()
}

/// Marks a database that is not closed.
pub async fn plan(db: Db<'_>, id: Uuid, target: &str) -> Result<(), StoreError> {
    db.execute("UPDATE meta SET moved_id = $1, moved_to = $2", &[&id, &target]).await?;
    Ok(())
}

/// Closes a marked database, in a transaction of its own.
pub async fn shut(db: Db<'_>, source: &str) -> Result<(), TransferError> {
    // A program that connects now waits until this has ended, and finds the database closed.
    db.batch("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE").await?;
    db.rows(CLOSE_OTHERS, &[]).await?;
    // Those of other users stay, unless this one may close them. What was listed before is not up to date.
    db.rows("SELECT pg_stat_clear_snapshot()", &[]).await?;
    if let Some(who) = others(db).await? {
        return Err(TransferError::InUse { target: source.to_owned(), who });
    }
    db.batch(
        "UPDATE meta SET copying_from = 'this database, which is copied to ' || moved_to,
             closed_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
    )
    .await?;
    // Afterwards nothing is folded, and only what is folded is copied.
    Ok(fold::fold_all(db).await?)
}

/// Removes the mark of an unfinished copy, and opens the database.
pub async fn reopen(db: Db<'_>) -> Result<(), StoreError> {
    db.batch(
        "UPDATE meta SET copying_from = NULL, moved_id = NULL, moved_to = NULL, closed_at = NULL
         WHERE moved_id IS NOT NULL AND moved_at IS NULL",
    )
    .await
}

/// Marks a database as copied.
pub async fn finish(db: Db<'_>) -> Result<(), StoreError> {
    let now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    db.batch(&format!("UPDATE meta SET moved_at = coalesce(moved_at, {now})")).await
}
