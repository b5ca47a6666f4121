//! The mark of a copy, and the triggers that close a file.

use rusqlite::{OptionalExtension as _, Transaction};
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::sqlite::rollups::fold;
use crate::storage::sqlite::transfer::refusal::message;
use crate::storage::transfer::store::SourceMark;

/// The mark of a copy, if one has begun.
pub fn read(tx: &Transaction<'_>) -> Result<Option<SourceMark>, StoreError> {
    let sql = "SELECT id, target, closed_at IS NOT NULL, finished_at IS NOT NULL FROM moved";
    let mark = tx.query_row(sql, [], |row| {
        Ok(SourceMark {
            id: Uuid::from_bytes(row.get(0)?),
            target: row.get(1)?,
            is_closed: row.get(2)?,
            is_finished: row.get(3)?,
        })
    });
    Ok(mark.optional()?)
}

/// Marks a file that is not closed.
pub fn plan(tx: &Transaction<'_>, id: Uuid, target: &str) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO moved (one, id, target) VALUES (1, ?1, ?2)";
    tx.execute(sql, (id.into_bytes(), target))?;
    Ok(())
}

/// Closes a marked file.
pub fn shut(tx: &Transaction<'_>, now: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE moved SET closed_at = coalesce(closed_at, ?1)", [now])?;
    // Afterwards nothing can be folded, and only what is folded is copied.
    fold::fold(tx)?;
    refuse(tx, false)
}

/// Takes the mark of an unfinished copy away, and what closes the file.
pub fn reopen(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let mut select = tx.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'closed\\_%' ESCAPE '\\'",
    )?;
    let triggers: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for trigger in triggers {
        tx.execute_batch(&format!("DROP TRIGGER \"{trigger}\""))?;
    }
    tx.execute("DELETE FROM moved WHERE finished_at IS NULL", [])?;
    Ok(())
}

/// Marks a file as copied.
pub fn finish(tx: &Transaction<'_>, now: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE moved SET finished_at = coalesce(finished_at, ?1)", [now])?;
    refuse(tx, true)
}

/// Lets triggers refuse each change of each table.
fn refuse(tx: &Transaction<'_>, is_finished: bool) -> Result<(), StoreError> {
    let target: String = tx.query_row("SELECT target FROM moved", [], |row| row.get(0))?;
    let text = message(&target, is_finished).replace('\'', "''");
    let mut select = tx.prepare(
        "SELECT name FROM sqlite_schema
         WHERE type = 'table' AND name <> 'moved' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let tables: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for table in tables {
        for change in ["INSERT", "UPDATE", "DELETE"] {
            tx.execute_batch(&format!(
                "DROP TRIGGER IF EXISTS \"closed_{table}_{change}\";
                 CREATE TRIGGER \"closed_{table}_{change}\" BEFORE {change} ON \"{table}\"
                 BEGIN SELECT RAISE(ABORT, '{text}'); END;"
            ))?;
        }
    }
    Ok(())
}
