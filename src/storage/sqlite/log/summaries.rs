//! Deliveries by their ids or rows, as listed.

use rusqlite::{ToSql, Transaction};

use crate::record::{DeliveryId, Summary};
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::summary_row::{SUMMARY, summary};
use crate::storage::sqlite::rows::outcome::with_outcome;

impl Store {
    /// These deliveries in this order; without those that no longer exist, or are invalid.
    ///
    /// # Errors
    /// The file, or what is stored there, cannot be read.
    pub async fn summaries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError> {
        self.read(move |tx| of(tx, &ids)).await
    }
}

/// As [`Store::summaries`].
pub fn of(tx: &Transaction<'_>, ids: &[DeliveryId]) -> Result<Vec<Summary>, StoreError> {
    each(tx, "id", ids.iter().map(|id| id.bytes()))
}

/// The same, by their rows.
pub fn of_rows(tx: &Transaction<'_>, rows: &[i64]) -> Result<Vec<Summary>, StoreError> {
    each(tx, "delivery.seq", rows.iter().copied())
}

fn each<K: ToSql>(
    tx: &Transaction<'_>,
    column: &str,
    keys: impl ExactSizeIterator<Item = K>,
) -> Result<Vec<Summary>, StoreError> {
    let from = with_outcome("delivery");
    let mut statement = tx.prepare_cached(&format!("SELECT {SUMMARY} FROM {from} WHERE {column} = ?1"))?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let mut rows = statement.query([key])?;
        if let Some(row) = rows.next()? {
            found.extend(summary(row));
        }
    }
    Ok(found)
}
