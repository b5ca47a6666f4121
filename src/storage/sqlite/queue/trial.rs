//! A write to find out whether deliveries can be accepted.

use crate::storage::error::StoreError;
use crate::storage::sqlite::engine::state_counts::Writing;

/// The owner of the row: those of receipts begin with what they belong to, so that no other has this one.
const OWNER: &str = "trial";

/// The bytes of the row: those of a delivery with its request, and more than a page has room for.
const BYTES: i64 = 6000;

/// Writes a row and removes it. Its pages go to the log of the database as those of a delivery would.
pub fn write(tx: &Writing<'_>) -> Result<(), StoreError> {
    let insert = "INSERT OR REPLACE INTO receipt (owner, key, fingerprint, made_at, seed, response)
                  VALUES (?1, '', x'', 0, NULL, randomblob(?2))";
    tx.prepare_cached(insert)?.execute((OWNER, BYTES))?;
    tx.prepare_cached("DELETE FROM receipt WHERE owner = ?1")?.execute([OWNER])?;
    Ok(())
}
