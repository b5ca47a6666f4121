//! Whether a database was copied into another one: then it can only be read.

use rusqlite::{Connection, OptionalExtension as _};

use crate::storage::error::StoreError;

/// Where the database was copied to, if that has finished.
pub fn target(db: &Connection) -> Result<Option<String>, StoreError> {
    let sql = "SELECT target FROM moved WHERE finished_at IS NOT NULL";
    Ok(db.query_row(sql, [], |row| row.get(0)).optional()?)
}
