//! The feed is kept as long as the log: with deliveries that are removed, entries go of which nothing is left.

use rusqlite::Transaction;

use crate::storage::error::StoreError;

/// So many rows are looked at: more than one step of a removal takes from the log.
const MOST: i64 = 2000;

/// Removes the oldest rows whose deliveries were all removed, or that were written before `cutoff`. The last one stays.
pub fn prune(tx: &Transaction<'_>, cutoff: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM feed WHERE position IN (
                   SELECT position FROM (SELECT position, accepted, at FROM feed ORDER BY position LIMIT ?2)
                   WHERE accepted < coalesce((SELECT min(seq) FROM delivery), 9223372036854775807) OR at < ?1)
               AND position < (SELECT max(position) FROM feed)";
    tx.prepare_cached(sql)?.execute((cutoff, MOST))?;
    Ok(())
}
