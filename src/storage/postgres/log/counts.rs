//! How many deliveries are in each state: the sum of a few rows, however many there are.

use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;

/// How many deliveries are in each state.
pub async fn counts(db: Db<'_>) -> Result<Counts, StoreError> {
    let sql = "SELECT sum(queued)::bigint AS queued, sum(waiting)::bigint AS waiting,
                   sum(delivered)::bigint AS delivered, sum(failed)::bigint AS failed,
                   sum(cancelled)::bigint AS cancelled FROM tally";
    let row = db.row(sql, &[]).await?;
    let n = |name| {
        let n = row.as_ref().and_then(|row| get_or_default::<Option<i64>>(row, name));
        u64::try_from(n.unwrap_or(0)).unwrap_or(0)
    };
    Ok(Counts {
        queued: n("queued"),
        waiting: n("waiting"),
        delivered: n("delivered"),
        failed: n("failed"),
        cancelled: n("cancelled"),
    })
}

/// Counts them anew, and keeps everyone who would change one waiting meanwhile.
pub async fn recount(db: Db<'_>) -> Result<(), StoreError> {
    db.batch(
        "LOCK TABLE tally IN EXCLUSIVE MODE;
         UPDATE tally SET queued = 0, waiting = 0, delivered = 0, failed = 0, cancelled = 0;
         UPDATE tally SET changes = changes + 1,
             queued = (SELECT count(*) FROM pending WHERE attempts = 0),
             waiting = (SELECT count(*) FROM pending WHERE attempts > 0),
             delivered = (SELECT count(*) FROM ended WHERE state = 2),
             failed = (SELECT count(*) FROM ended WHERE state = 3),
             cancelled = (SELECT count(*) FROM ended WHERE state = 4)
         WHERE slot = 0",
    )
    .await
}
