//! Whether a database is being copied into another one, and takes no changes meanwhile, or was copied: then it can only
//! be read.

use rusqlite::{Connection, OptionalExtension as _};

use crate::storage::error::StoreError;
use crate::storage::transfer::CopiedTo;

/// Where the database was copied to, if that has finished.
pub fn target(db: &Connection) -> Result<Option<String>, StoreError> {
    let sql = "SELECT target FROM moved WHERE finished_at IS NOT NULL";
    Ok(db.query_row(sql, [], |row| row.get(0)).optional()?)
}

/// The copy that has closed the file.
pub fn copy(db: &Connection) -> Result<Option<CopiedTo>, StoreError> {
    let sql = "SELECT target, finished_at IS NOT NULL FROM moved WHERE closed_at IS NOT NULL";
    let copy = db.query_row(sql, [], |row| Ok(CopiedTo { target: row.get(0)?, is_finished: row.get(1)? }));
    Ok(copy.optional()?)
}
