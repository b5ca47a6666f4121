//! Deliveries are stored: one statement, and so one transaction, for many.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures_util::future::join;
use uuid::Uuid;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::StoreError;
use crate::storage::postgres::bells::bell::Bell;
use crate::storage::postgres::connection::db::{Db, Params};
use crate::storage::postgres::connection::server::Backend;
use crate::storage::postgres::producer::batch::Batch;
use crate::storage::postgres::producer::lanes::{self, KnownLanes};
use crate::storage::server_problem::ServerProblem;

/// Queued and due at once, or failed where no request could be made. What is there already stays as it is.
const ACCEPT: &str = "
WITH first AS MATERIALIZED (SELECT next_position() AS seq),
 r AS MATERIALIZED (
   SELECT first.seq + (place - 1) * 2048 AS seq, t.*
   FROM first, unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[], $5::smallint[], $6::int[], $7::int[],
     $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
     $16::bytea[], $17::text[], $18::text[], $19::text[], $20::bigint[])
     WITH ORDINALITY t(id, lane, accepted_at, run_id, retry_count, interval_s, timeout_ms, kind, backoff, title,
       event, method, url, headers, vals, body, class, message, tested, mark, place)),
 d AS (
   INSERT INTO delivery (seq, id, lane, accepted_at, run_id, retry_count, interval_s, timeout_ms, was_tested, kind,
     backoff, title, event, method, url, headers, vals, body)
   SELECT seq, id, lane, accepted_at, run_id, retry_count, interval_s, timeout_ms, tested IS NOT NULL, kind,
     backoff, title, event, method, url, headers, vals, body FROM r
   ON CONFLICT DO NOTHING RETURNING seq),
 n AS MATERIALIZED (SELECT r.seq, r.lane, r.accepted_at, r.run_id, r.class, r.message, r.tested, r.mark
   FROM r JOIN d USING (seq)),
 p AS (INSERT INTO pending (seq, lane, due_at, run_id)
   SELECT seq, lane, accepted_at, run_id FROM n WHERE class IS NULL),
 e AS (INSERT INTO ended (seq, lane, ended_at, run_id, state, attempts, class, message)
   SELECT seq, lane, accepted_at, run_id, 3, 0, class, message FROM n WHERE class IS NOT NULL),
 t AS (INSERT INTO tested (seq, document) SELECT seq, tested FROM n WHERE tested IS NOT NULL AND class IS NULL),
 f AS (INSERT INTO feed (accepted) SELECT array_agg(seq ORDER BY seq) FROM n HAVING count(*) > 0),
 c AS (INSERT INTO rollup_change (lanes, marks) SELECT array_agg(lane), array_agg(mark) FROM n HAVING count(*) > 0),
 s AS MATERIALIZED (SELECT (seq >> 11) / 86400000000 AS day, max(abs(accepted_at - (seq >> 11) / 1000)) AS ms
   FROM n GROUP BY 1),
 k AS (INSERT INTO clock_skew AS known (day, ms) SELECT day, doubled_skew(ms) FROM s
   WHERE NOT EXISTS (SELECT FROM clock_skew c WHERE c.day = s.day AND c.ms >= s.ms)
   ON CONFLICT (day) DO UPDATE SET ms = greatest(known.ms, excluded.ms))
UPDATE tally SET
   queued = queued + (SELECT count(*) FROM n WHERE class IS NULL),
   failed = failed + (SELECT count(*) FROM n WHERE class IS NOT NULL),
   changes = changes + 1
WHERE slot = (pg_backend_pid() + extract(epoch FROM now())::bigint) & 63";

/// Tells senders of it, without waiting for the disk: see [`bells`](crate::storage::postgres::bells).
const RING: &str = "SELECT set_config('synchronous_commit', 'off', true), pg_notify('ringback_arrived', $1)";

/// How often it is looked whether the process that served a broken connection has ended, and for how long.
const LOOKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(6));

/// Accepts deliveries: all or none. Gives the lane of each. With `ring` the bell is sent right behind, before the
/// answer is there: a process that ends at once has rung it.
pub async fn accept(
    db: Db<'_>,
    lanes: &KnownLanes,
    new: &[&NewDelivery],
    ring: bool,
) -> Result<Vec<i32>, StoreError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = new.iter().map(|new| lanes::key(new)).collect();
    let numbers = lanes.of(db, &keys).await?;
    let batch = Batch::of(new, &numbers)?;
    if !ring {
        db.execute(ACCEPT, &batch.params()).await?;
        return Ok(numbers);
    }
    // Both are sent in this order, in transactions of their own.
    db.prepare(ACCEPT).await?;
    db.prepare(RING).await?;
    let params = batch.params();
    let mut into = numbers.clone();
    into.sort_unstable();
    into.dedup();
    let (_, payload) = Bell::Arrived(into).notification();
    let values: Params<'_> = &[&payload];
    // A bell that was not rung is made good by the sweeps.
    let (accepted, _) = join(db.execute(ACCEPT, &params), db.rows(RING, values)).await;
    accepted.map(|_| numbers)
}

/// Those of these deliveries that are stored, on whichever day they were accepted.
pub async fn known(db: Db<'_>, ids: &[DeliveryId]) -> Result<HashSet<DeliveryId>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| Uuid::from_bytes(id.bytes())).collect();
    let rows = db.rows("SELECT id FROM delivery WHERE id = ANY($1)", &[&ids]).await?;
    let id =
        |row: &tokio_postgres::Row| row.try_get(0).map(|id: Uuid| DeliveryId::from_bytes(id.into_bytes()));
    Ok(rows.iter().map(id).collect::<Result<_, _>>()?)
}

/// Whether one of these processes of the server may still carry out what it was sent: it is there, and has not been
/// idle for a second, as one that a pooler keeps.
const MAY_WORK: &str = "
SELECT EXISTS (SELECT FROM pg_stat_activity a
  JOIN unnest($1::int[], $2::text[]) b(pid, since) ON a.pid = b.pid AND a.backend_start = b.since::timestamptz
  WHERE NOT (state = 'idle' AND state_change < clock_timestamp() - interval '1 second'))";

/// Waits until what was sent over earlier connections, which broke, was carried out or never will be: no statement of
/// an accept may take longer than a few seconds. An id is unique within a day only, and a day may begin between two
/// attempts: so what became of the first is found out once nothing more can.
pub async fn settled(db: Db<'_>, before: &[Backend]) -> Result<(), StoreError> {
    let until = Instant::now() + LOOKS.1;
    while may_work(db, before).await? {
        if Instant::now() >= until {
            return Err(ServerProblem::Slow.into());
        }
        tokio::time::sleep(LOOKS.0).await;
    }
    Ok(())
}

/// Whether what was sent over earlier connections may still be carried out.
async fn may_work(db: Db<'_>, before: &[Backend]) -> Result<bool, StoreError> {
    if before.is_empty() {
        return Ok(false);
    }
    let (pids, since): (Vec<i32>, Vec<&str>) =
        before.iter().map(|backend| (backend.pid, backend.since.as_str())).unzip();
    Ok(db.value(MAY_WORK, &[&pids, &since]).await?.unwrap_or(false))
}
