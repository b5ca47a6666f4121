//! A receipt as a row.

use tokio_postgres::Row;

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::receipts::stored_receipt::StoredReceipt;
use crate::storage::unreadable::Why;

/// The receipt of a key, however old it is.
pub async fn find(db: Db<'_>, owner: &str, key: &str) -> Result<Option<StoredReceipt>, StoreError> {
    let sql = "SELECT fingerprint, seed, response FROM receipt WHERE owner = $1 AND key = $2";
    let row = db.row(sql, &[&owner, &key]).await?;
    row.as_ref().map(read).transpose().map_err(|why| unreadable(key, why))
}

/// The receipt in a row with its three columns.
pub fn read(row: &Row) -> Result<StoredReceipt, Why> {
    let get = |name| row.try_get::<_, Option<Vec<u8>>>(name).map_err(|error| error.to_string());
    let (content, seed) = (get("fingerprint")?.unwrap_or_default(), get("seed")?);
    StoredReceipt::from_columns(&content, seed.as_deref(), get("response")?)
}

/// The error of a receipt that cannot be read.
pub fn unreadable(key: &str, why: Why) -> StoreError {
    StoreError::unreadable(format_args!("the receipt of '{key}'"), why)
}
