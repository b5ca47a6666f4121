//! Deliveries are stored: one statement, and so one transaction, for many.

use std::collections::HashSet;

use uuid::Uuid;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::producer::batch::Batch;
use crate::storage::postgres::producer::lanes::{self, KnownLanes};

/// Queued and due at once, or failed where no request could be made. What is there already stays as it is.
const ACCEPT: &str = "
WITH first AS MATERIALIZED (SELECT next_position() AS seq),
 r AS MATERIALIZED (
   SELECT first.seq + (place - 1) * 2048 AS seq, t.*
   FROM first, unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[], $5::smallint[], $6::int[], $7::int[],
     $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
     $16::bytea[], $17::text[], $18::text[], $19::text[])
     WITH ORDINALITY t(id, lane, accepted_at, run_id, retry_count, interval_s, timeout_ms, kind, backoff, title,
       event, method, url, headers, vals, body, class, message, tested, place)),
 d AS (
   INSERT INTO delivery (seq, id, lane, accepted_at, run_id, retry_count, interval_s, timeout_ms, was_tested, kind,
     backoff, title, event, method, url, headers, vals, body)
   SELECT seq, id, lane, accepted_at, run_id, retry_count, interval_s, timeout_ms, tested IS NOT NULL, kind,
     backoff, title, event, method, url, headers, vals, body FROM r
   ON CONFLICT DO NOTHING RETURNING seq),
 n AS MATERIALIZED (SELECT r.seq, r.lane, r.accepted_at, r.run_id, r.class, r.message, r.tested
   FROM r JOIN d USING (seq)),
 p AS (INSERT INTO pending (seq, lane, due_at, run_id)
   SELECT seq, lane, accepted_at, run_id FROM n WHERE class IS NULL),
 e AS (INSERT INTO ended (seq, lane, ended_at, run_id, state, attempts, class, message)
   SELECT seq, lane, accepted_at, run_id, 3, 0, class, message FROM n WHERE class IS NOT NULL),
 t AS (INSERT INTO tested (seq, document) SELECT seq, tested FROM n WHERE tested IS NOT NULL AND class IS NULL)
UPDATE tally SET
   queued = queued + (SELECT count(*) FROM n WHERE class IS NULL),
   failed = failed + (SELECT count(*) FROM n WHERE class IS NOT NULL),
   changes = changes + 1
WHERE slot = pg_backend_pid() & 63";

/// Accepts deliveries: all or none. Gives the lane of each.
pub async fn accept(db: Db<'_>, lanes: &KnownLanes, new: &[&NewDelivery]) -> Result<Vec<i32>, StoreError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = new.iter().map(|new| lanes::key(new)).collect();
    let numbers = lanes.of(db, &keys).await?;
    let batch = Batch::of(new, &numbers)?;
    db.execute(ACCEPT, &batch.params()).await?;
    Ok(numbers)
}

/// Those of these deliveries that are stored, on whichever day they were accepted.
pub async fn known(db: Db<'_>, ids: &[DeliveryId]) -> Result<HashSet<DeliveryId>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| Uuid::from_bytes(id.bytes())).collect();
    let rows = db.rows("SELECT id FROM delivery WHERE id = ANY($1)", &[&ids]).await?;
    let id =
        |row: &tokio_postgres::Row| row.try_get(0).map(|id: Uuid| DeliveryId::from_bytes(id.into_bytes()));
    Ok(rows.iter().map(id).collect::<Result<_, _>>()?)
}
