//! The links between a delivery and its resends.

use rusqlite::Transaction;

use crate::record::Details;
use crate::storage::error::StoreError;
use crate::storage::sqlite::log::summaries;

/// The resends of a delivery, newest first.
const RESENDS: &str = "SELECT seq FROM resend WHERE earlier = ?1 ORDER BY seq DESC LIMIT ?2";

/// Reads what a delivery is linked with.
pub fn read(tx: &Transaction<'_>, details: &mut Details) -> Result<(), StoreError> {
    let row = &details.summary;
    if let Some(earlier) = row.resent_from {
        details.original = summaries::of(tx, &[earlier])?.pop();
    }
    // Most were never resent, and nothing is looked up for them.
    if row.again.is_some() {
        let most = i64::try_from(Details::MOST_RESENDS).unwrap_or(i64::MAX);
        let mut select = tx.prepare_cached(RESENDS)?;
        let rows = select.query_map((row.id.bytes(), most), |row| row.get(0))?;
        let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;
        details.resends = summaries::of_rows(tx, &rows)?;
    }
    Ok(())
}
