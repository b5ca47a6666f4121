//! The links between a delivery and its resends.

use crate::record::Details;
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::summaries;
use crate::storage::postgres::rows::{get_or_default, uuid};

/// The resends of a delivery, newest first.
const RESENDS: &str = "SELECT seq FROM resend WHERE earlier = $1 ORDER BY seq DESC LIMIT $2";

/// Reads what a delivery is linked with.
pub async fn read(db: Db<'_>, details: &mut Details) -> Result<(), StoreError> {
    if let Some(earlier) = details.summary.resent_from {
        details.original = summaries::of(db, &[earlier]).await?.pop();
    }
    // Most were never resent, and nothing is looked up for them.
    if let Some(last) = details.summary.again {
        let most = i64::try_from(Details::MOST_RESENDS).unwrap_or(i64::MAX);
        let rows = db.rows(RESENDS, &[&uuid(details.summary.id), &most]).await?;
        let positions: Vec<i64> = rows.iter().map(|row| get_or_default(row, "seq")).collect();
        let found = summaries::at(db, &positions).await?;
        details.resends = found.iter().filter_map(|row| row.summary().ok()).collect();
        // One that an earlier version made is known by the original only.
        if details.resends.iter().all(|row| row.id != last) {
            details.resends.extend(summaries::of(db, &[last]).await?);
            details.resends.sort_by_key(|row| std::cmp::Reverse(row.position));
        }
    }
    Ok(())
}
