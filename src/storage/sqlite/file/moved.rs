//! Whether a database is being copied into another one, and takes no changes meanwhile, or was copied: then it can only
//! be read.

use rusqlite::{Connection, OptionalExtension as _};

use crate::storage::error::StoreError;

/// Where the database was copied to, if that has finished.
pub fn target(db: &Connection) -> Result<Option<String>, StoreError> {
    let sql = "SELECT target FROM moved WHERE finished_at IS NOT NULL";
    Ok(db.query_row(sql, [], |row| row.get(0)).optional()?)
}

/// A copy of a file into another database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCopy {
    /// The database that it is copied to, without a password.
    pub target: String,
    /// Whether all of it was copied; otherwise a command copies it, or was interrupted.
    pub is_finished: bool,
}

/// The copy that has closed the file.
pub fn copy(db: &Connection) -> Result<Option<FileCopy>, StoreError> {
    let sql = "SELECT target, finished_at IS NOT NULL FROM moved WHERE closed_at IS NOT NULL";
    let copy = db.query_row(sql, [], |row| Ok(FileCopy { target: row.get(0)?, is_finished: row.get(1)? }));
    Ok(copy.optional()?)
}
