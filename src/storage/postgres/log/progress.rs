//! The progress of the deliveries of one run, in bounded memory.

use std::collections::HashSet;

use uuid::Uuid;

use crate::record::{DeliveryId, DeliveryState, LogPosition, RunId, RunRange, Summary};
use crate::storage::encoding::state_number;
use crate::storage::error::StoreError;
use crate::storage::log::batch_progress::BatchProgress;
use crate::storage::log::counts::Counts;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::summaries;
use crate::storage::postgres::rows::{delivery_id, get_or_default, uuid};

/// What is pending of a run, what has ended, and the position of the first pending one: in one state of the database.
///
/// The range is one of run and position together: of a range of positions alone the planner takes it that it is short,
/// and reads all that is pending and all that has ended, with the dead rows, for those of the run.
pub const PROGRESS: &str = "
WITH p AS MATERIALIZED (
   SELECT count(*) FILTER (WHERE attempts = 0) AS queued, count(*) FILTER (WHERE attempts > 0) AS waiting,
     min(seq) AS first
   FROM pending WHERE run_id = $1 AND (run_id, seq) >= ($1, $2) AND (run_id, seq) < ($1, $3)),
 low AS MATERIALIZED (
   SELECT coalesce(p.first, least($3, greatest($2, (SELECT coalesce(max(seq), 0) + 1 FROM delivery)))) AS seq FROM p)
SELECT p.queued, p.waiting, low.seq,
  e.delivered_before, e.failed_before, e.cancelled_before, e.delivered, e.failed, e.cancelled
FROM p, low, LATERAL (
  SELECT
    count(*) FILTER (WHERE state = 2 AND seq < low.seq) AS delivered_before,
    count(*) FILTER (WHERE state = 3 AND seq < low.seq) AS failed_before,
    count(*) FILTER (WHERE state = 4 AND seq < low.seq) AS cancelled_before,
    count(*) FILTER (WHERE state = 2 AND seq >= low.seq) AS delivered,
    count(*) FILTER (WHERE state = 3 AND seq >= low.seq) AS failed,
    count(*) FILTER (WHERE state = 4 AND seq >= low.seq) AS cancelled
  FROM (
    SELECT state, seq FROM ended WHERE run_id = $1
      AND (run_id, state, seq) >= ($1, 2::smallint, $2) AND (run_id, state, seq) < ($1, 2::smallint, $3)
    UNION ALL
    SELECT state, seq FROM ended WHERE run_id = $1
      AND (run_id, state, seq) >= ($1, 3::smallint, $2) AND (run_id, state, seq) < ($1, 3::smallint, $3)
    UNION ALL
    SELECT state, seq FROM ended WHERE run_id = $1
      AND (run_id, state, seq) >= ($1, 4::smallint, $2) AND (run_id, state, seq) < ($1, 4::smallint, $3)) r) e";

/// Counts the deliveries of a run.
pub async fn batch_progress(db: Db<'_>, range: RunRange) -> Result<BatchProgress, StoreError> {
    let RunRange { run, from, to } = range;
    let row = db.row(PROGRESS, &[&run.number(), &from.number(), &to.number()]).await?;
    let n = |name| {
        let n = row.as_ref().map_or(0, |row| get_or_default::<i64>(row, name));
        u64::try_from(n).unwrap_or(0)
    };
    let settled = Counts {
        queued: 0,
        waiting: 0,
        delivered: n("delivered_before"),
        failed: n("failed_before"),
        cancelled: n("cancelled_before"),
    };
    let rest = Counts {
        queued: n("queued"),
        waiting: n("waiting"),
        delivered: n("delivered"),
        failed: n("failed"),
        cancelled: n("cancelled"),
    };
    let low_watermark = LogPosition::new(row.as_ref().map_or(0, |row| get_or_default(row, "seq")));
    Ok(BatchProgress { settled, rest, low_watermark })
}

/// The deliveries of a run in this state, the newest first; without those whose rows have no meaning.
pub async fn deliveries_of_run(
    db: Db<'_>,
    range: RunRange,
    state: DeliveryState,
    limit: usize,
) -> Result<Vec<Summary>, StoreError> {
    let RunRange { run, from, to } = range;
    let of = match state {
        DeliveryState::Queued => "pending WHERE attempts = 0".to_owned(),
        DeliveryState::Waiting => "pending WHERE attempts > 0".to_owned(),
        ended => format!("ended WHERE state = {}", state_number(ended)),
    };
    let sql =
        format!("SELECT seq FROM {of} AND run_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq DESC LIMIT $4");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = db.rows(&sql, &[&run.number(), &from.number(), &to.number(), &limit]).await?;
    let positions: Vec<i64> = rows.iter().map(|row| get_or_default(row, "seq")).collect();
    Ok(summaries::at(db, &positions).await?.iter().filter_map(|row| row.summary().ok()).collect())
}

/// Those of these deliveries that a run has accepted.
pub async fn of_run(db: Db<'_>, run: RunId, ids: &[DeliveryId]) -> Result<HashSet<DeliveryId>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().copied().map(uuid).collect();
    let sql = "SELECT id FROM delivery WHERE id = ANY($1) AND run_id = $2";
    let rows = db.rows(sql, &[&ids, &run.number()]).await?;
    Ok(rows.iter().filter_map(|row| delivery_id(row, "id").ok()).collect())
}
