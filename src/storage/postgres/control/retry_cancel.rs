//! What a person does to deliveries that are still to be sent: stop them, or hurry them.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::record::{DeliveryId, DeliveryState};
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::changes::{Changes, Moves};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::summaries;
use crate::storage::postgres::queue::orphans;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::rollups::mark::RollupMark;

/// Takes what is pending out, claimed or not: an attempt in flight is recorded as late. The outcome of the last attempt
/// goes along.
const CANCEL: &str = "
WITH g AS (
   DELETE FROM pending WHERE seq = ANY($1) AND (attempts = 0 AND $3 OR attempts > 0 AND $4)
   RETURNING seq, lane, attempts, run_id),
 t AS (DELETE FROM tested WHERE seq IN (SELECT seq FROM g)),
 c AS (INSERT INTO rollup_change (lanes, marks)
   SELECT array_agg(lane), array_agg($5::bigint) FROM g HAVING count(*) > 0)
INSERT INTO ended (seq, ended_at, run_id, lane, ms, state, attempts, status, class, message)
SELECT g.seq, $2, g.run_id, g.lane, a.duration_ms, 4, g.attempts, a.status, a.class, a.message
FROM g LEFT JOIN LATERAL (SELECT status, class, message, duration_ms FROM attempt WHERE seq = g.seq
  ORDER BY n DESC LIMIT 1) a ON true
RETURNING seq, attempts";

/// Cancels a delivery. Whether it was still to be sent.
pub async fn cancel(db: Db<'_>, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
    let positions = positions(db, id).await?;
    Ok(!cancel_all(db, &positions, DeliveryState::is_pending, now).await?.is_empty())
}

/// Makes a delivery due now. Whether it is still to be sent.
pub async fn retry_now(db: Db<'_>, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
    let positions = positions(db, id).await?;
    Ok(!hurry_all(db, &positions, DeliveryState::is_pending, now).await?.is_empty())
}

async fn positions(db: Db<'_>, id: DeliveryId) -> Result<Vec<i64>, StoreError> {
    Ok(summaries::positions(db, &[id]).await?.into_iter().map(|(_, seq)| seq).collect())
}

/// Cancels those that are pending in a state that is meant. Which these were.
pub async fn cancel_all(
    db: Db<'_>,
    positions: &[i64],
    is_meant: impl Fn(DeliveryState) -> bool,
    now: Timestamp,
) -> Result<HashSet<i64>, StoreError> {
    let (queued, waiting) = (is_meant(DeliveryState::Queued), is_meant(DeliveryState::Waiting));
    let mark = RollupMark::cancelled(millis(now)).number();
    let rows = db.rows(CANCEL, &[&positions, &millis(now), &queued, &waiting, &mark]).await?;
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let mut moves = Moves::default();
    for row in &rows {
        let attempts: i16 = get_or_default(row, "attempts");
        *(if attempts == 0 { &mut moves.queued } else { &mut moves.waiting }) -= 1;
        moves.cancelled += 1;
    }
    moves.note(db).await?;
    Changes::STEERING.note(db).await?;
    Ok(rows.iter().map(|row| get_or_default(row, "seq")).collect())
}

/// Makes those that are pending in a state that is meant due now, and frees those that a sender has claimed that does
/// not exist. Which these were.
pub async fn hurry_all(
    db: Db<'_>,
    positions: &[i64],
    is_meant: impl Fn(DeliveryState) -> bool,
    now: Timestamp,
) -> Result<HashSet<i64>, StoreError> {
    let (queued, waiting) = (is_meant(DeliveryState::Queued), is_meant(DeliveryState::Waiting));
    let sql = "UPDATE pending SET due_at = least(due_at, $2)
               WHERE seq = ANY($1) AND (attempts = 0 AND $3 OR attempts > 0 AND $4) RETURNING seq";
    let rows = db.rows(sql, &[&positions, &millis(now), &queued, &waiting]).await?;
    if !rows.is_empty() {
        orphans::free_among(db, positions).await?;
        Moves::default().note(db).await?;
        Changes::STEERING.note(db).await?;
    }
    Ok(rows.iter().map(|row| get_or_default(row, "seq")).collect())
}
