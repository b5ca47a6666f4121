//! What has changed, cheaply: a counter per kind of data.

use rusqlite::Transaction;

use crate::storage::error::StoreError;
use crate::storage::events::revision::Revision;
use crate::storage::sqlite::Store;

impl Store {
    /// The current counters: one row, however much data there is.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn revision(&self) -> Result<Revision, StoreError> {
        self.read(|tx| {
            let sql = "SELECT profiles, variables, deliveries, steering, apis FROM revision";
            let read = |row: &rusqlite::Row<'_>| {
                Ok(Revision {
                    profiles: row.get(0)?,
                    variables: row.get(1)?,
                    deliveries: row.get(2)?,
                    steering: row.get(3)?,
                    apis: row.get(4)?,
                    connections: 0,
                })
            };
            Ok(tx.prepare_cached(sql)?.query_row([], read)?)
        })
        .await
    }
}

/// Read-ahead of pending deliveries may be outdated.
pub fn steered(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE revision SET steering = coalesce(steering, 0) + 1")?.execute([])?;
    Ok(())
}
