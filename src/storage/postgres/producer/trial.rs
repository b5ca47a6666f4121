//! A write to find out whether deliveries can be accepted.

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;

/// A delivery of lane 0, which no profile has. Its body is random, so that it is not compressed, and longer than what a
/// page may have left: it needs a new one, unless pages of the table are free as a whole.
const DELIVERY: &str = "
INSERT INTO delivery (seq, id, lane, accepted_at, retry_count, interval_s, timeout_ms, was_tested, kind, backoff, title,
  vals, body)
VALUES (next_position(), gen_random_uuid(), 0, 0, 0, 0, 0, false, 'event', 'fixed', '', '{}',
  (SELECT string_agg(uuid_send(gen_random_uuid()), '') FROM generate_series(1, 768)))";

/// Inserts a delivery in a transaction that the caller rolls back. A page that the table needs for it is allocated at
/// once, on the disk of the table.
pub async fn write(db: Db<'_>) -> Result<(), StoreError> {
    db.execute(DELIVERY, &[]).await.map(drop)
}
