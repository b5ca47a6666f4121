//! How far sending lags behind: since when the delivery has been due that has been due for longest.

use std::time::Duration;

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::control::pause::BlockedProfiles;

/// A step or two in an index for each lane: from where its queue starts, so that no dead rows are passed. What was freed
/// before that start is found by the senders within moments, and not here.
pub const LONGEST_DUE: &str = "
WITH t AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
  coalesce(((SELECT seq FROM lane_start WHERE lane = 0 ORDER BY seq DESC LIMIT 1) >> 11) / 1000, 0) AS retries)
SELECT max(t.now - due.since)::bigint
FROM t CROSS JOIN lane l CROSS JOIN LATERAL (
  (SELECT (p.seq >> 11) / 1000 AS since FROM pending p
   WHERE p.lane = l.seq AND p.claimed_by IS NULL AND p.attempts = 0 AND p.seq >
     coalesce((SELECT s.seq FROM lane_start s WHERE s.lane = l.seq ORDER BY s.seq DESC LIMIT 1), 0)
   ORDER BY p.seq LIMIT 1)
  UNION ALL
  (SELECT p.due_at FROM pending p
   WHERE p.lane = l.seq AND p.claimed_by IS NULL AND p.attempts > 0 AND p.due_at > t.retries AND p.due_at <= t.now
   ORDER BY p.due_at LIMIT 1)) due
WHERE l.by_hand OR NOT ($1 OR l.profile_id = ANY($2))";

/// As [`Control::longest_due`](crate::storage::Control::longest_due), by the clock of the database.
pub async fn longest_due(db: Db<'_>) -> Result<Option<Duration>, StoreError> {
    let blocked = BlockedProfiles::read(db).await?;
    let ms = db.value::<i64>(LONGEST_DUE, &[&blocked.all, &blocked.profiles]).await?;
    Ok(ms.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
}
