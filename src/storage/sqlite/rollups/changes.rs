//! What a transaction has changed, kept with it.

use rusqlite::Transaction;

use crate::storage::error::StoreError;
use crate::storage::rollups::mark_list::{self, LaneMark};
use crate::storage::sqlite::rollups::fold;

/// So many changes are folded at a time. Each reader adds up to as many.
const MOST: i64 = 64;

/// Keeps the marks of a transaction that is about to be committed, and now and then folds all that are kept.
pub fn settle(tx: &Transaction<'_>, marks: &mut Vec<LaneMark>) -> Result<(), StoreError> {
    if marks.is_empty() {
        return Ok(());
    }
    let bytes = mark_list::encode(marks);
    tx.prepare_cached("INSERT INTO rollup_change (marks) VALUES (?1)")?.execute([bytes])?;
    // They are numbered from 1 again after each time.
    if tx.last_insert_rowid() >= MOST {
        fold::fold(tx)?;
    }
    Ok(())
}
