//! The table of receipts.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension as _, Row, Transaction};

use crate::storage::error::StoreError;
use crate::storage::receipts::content_hash::ContentHash;
use crate::storage::receipts::counted_since;
use crate::storage::receipts::reservation::Seed;
use crate::storage::receipts::stored_receipt::StoredReceipt;
use crate::storage::sqlite::rows::columns::millis;
use crate::storage::unreadable::Why;

/// A receipt to write.
#[derive(Debug, Clone, Copy)]
pub struct NewReceipt<'a> {
    pub owner: &'a str,
    pub key: &'a str,
    pub content: ContentHash,
    pub at: Timestamp,
    pub seed: Option<Seed>,
    pub response: Option<&'a [u8]>,
}

/// The receipt of a key, if it still counts at `now`.
pub fn find(
    tx: &Transaction<'_>,
    owner: &str,
    key: &str,
    now: Timestamp,
) -> Result<Option<StoredReceipt>, StoreError> {
    let sql = "SELECT fingerprint, seed, response FROM receipt
               WHERE owner = ?1 AND key = ?2 AND made_at >= ?3";
    let since = millis(counted_since(now));
    let row = tx.prepare_cached(sql)?.query_row((owner, key, since), |row| Ok(read(row))).optional()?;
    row.transpose().map_err(|why| unreadable(key, why))
}

fn read(row: &Row<'_>) -> Result<StoredReceipt, Why> {
    let bytes = |at: usize| match row.get_ref(at).map_err(|error| error.to_string())? {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) => Ok(Some(bytes)),
        _ => Err("it has a value of another type".to_owned()),
    };
    let content = bytes(0)?.unwrap_or_default();
    StoredReceipt::from_columns(content, bytes(1)?, bytes(2)?.map(<[u8]>::to_vec))
}

/// Writes the receipt of a key that has none, or one that no longer counts.
pub fn keep(tx: &Transaction<'_>, new: &NewReceipt<'_>) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO receipt (owner, key, fingerprint, made_at, seed, response)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = (new.owner, new.key, new.content.bytes(), millis(new.at), new.seed, new.response);
    tx.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// The error of a receipt that cannot be read.
pub fn unreadable(key: &str, why: Why) -> StoreError {
    StoreError::unreadable(format_args!("the receipt of '{key}'"), why)
}
