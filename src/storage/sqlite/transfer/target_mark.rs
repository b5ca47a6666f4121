//! The mark of a copy in the file that it fills. Only such files have its table, which is no part of the schema.

use rusqlite::{Connection, OptionalExtension as _};
use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::transfer::store::TargetMark;

const TABLE: &str = "
CREATE TABLE IF NOT EXISTS copied_from (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL CHECK (length(id) = 16),
    source TEXT NOT NULL,
    has_settings INTEGER NOT NULL DEFAULT 0,
    read_to INTEGER,
    finished_at INTEGER
) STRICT";

/// The mark of a copy.
pub struct CopyMark {
    /// The id of the copy.
    pub id: Uuid,
    /// The name of its source.
    pub source: String,
    /// How far it has come.
    pub reached: TargetMark,
}

/// The mark of a copy, if the file is or was filled by one.
pub fn read(db: &Connection) -> Result<Option<CopyMark>, StoreError> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'copied_from'";
    if db.query_row(sql, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let sql = "SELECT id, source, has_settings, read_to, finished_at IS NOT NULL FROM copied_from";
    let mark = db.query_row(sql, [], |row| {
        let read_to: Option<i64> = row.get(3)?;
        let reached = TargetMark {
            has_settings: row.get(2)?,
            read_to: read_to.unwrap_or(i64::MIN),
            is_finished: row.get(4)?,
        };
        Ok(CopyMark { id: Uuid::from_bytes(row.get(0)?), source: row.get(1)?, reached })
    });
    Ok(mark.optional()?)
}

/// Marks a new file.
pub fn begin(db: &Connection, id: Uuid, source: &str) -> Result<TargetMark, StoreError> {
    db.execute_batch(TABLE)?;
    db.execute("INSERT INTO copied_from (one, id, source) VALUES (1, ?1, ?2)", (id.into_bytes(), source))?;
    Ok(TargetMark { has_settings: false, read_to: i64::MIN, is_finished: false })
}

/// Notes that the settings are there.
pub fn has_settings(db: &Connection) -> Result<(), StoreError> {
    db.execute("UPDATE copied_from SET has_settings = 1", [])?;
    Ok(())
}

/// Notes the last position of the source whose delivery is there.
pub fn read_to(db: &Connection, end: i64) -> Result<(), StoreError> {
    db.execute("UPDATE copied_from SET read_to = ?1", [end])?;
    Ok(())
}

/// Notes that all is there.
pub fn finish(db: &Connection, now: i64) -> Result<(), StoreError> {
    db.execute("UPDATE copied_from SET finished_at = ?1", [now])?;
    Ok(())
}
