//! Some deliveries by their ids, as they are listed.

use rusqlite::Transaction;

use crate::record::{DeliveryId, Summary};
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::details::{SUMMARY, summary};

impl Store {
    /// These deliveries in this order; without those that are no longer there, or whose rows have no meaning.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn summaries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError> {
        self.read(move |tx| of(tx, &ids)).await
    }
}

/// As [`Store::summaries`].
pub fn of(tx: &Transaction<'_>, ids: &[DeliveryId]) -> Result<Vec<Summary>, StoreError> {
    let mut statement = tx.prepare_cached(&format!("SELECT {SUMMARY} FROM delivery WHERE id = ?1"))?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = statement.query([id.bytes()])?;
        if let Some(row) = rows.next()? {
            found.extend(summary(row));
        }
    }
    Ok(found)
}
