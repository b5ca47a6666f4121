//! The statements of a claim. Each reads a few rows of an index for each lane and each delivery, however many are
//! pending: see `tests/plans.rs`.

use tokio_postgres::Row;

use crate::storage::error::StoreError;

/// Takes those of `pending q` that this finds, for the seat `$1`, and reads them. Those that another sender takes at
/// the same time are passed over. Nothing is taken once the seat was ended, which waits for this.
macro_rules! take {
    ($lists:literal, $found:literal) => {
        concat!(
            "WITH me AS MATERIALIZED (SELECT seq FROM sender WHERE seq = $1 FOR KEY SHARE),
 c AS MATERIALIZED (
   SELECT p.place FROM me CROSS JOIN unnest(",
            $lists,
            ") CROSS JOIN LATERAL (SELECT q.ctid AS place FROM pending q WHERE ",
            $found,
            " FOR UPDATE SKIP LOCKED) p),
 u AS (UPDATE pending SET claimed_by = $1 WHERE ctid = ANY (ARRAY(SELECT place FROM c))
   RETURNING seq, lane, attempts, due_at, probes)
SELECT u.seq, u.lane, u.attempts, u.due_at, d.id, d.retry_count, d.interval_s, d.timeout_ms, d.backoff,
   d.method, d.url, d.headers, d.body, d.vals, d.was_tested, d.title, d.event, t.document,
   d.accepted_at, u.probes
FROM u LEFT JOIN LATERAL (SELECT * FROM delivery d WHERE d.seq = u.seq LIMIT 1) d ON true
   LEFT JOIN LATERAL (SELECT document FROM tested t WHERE t.seq = u.seq LIMIT 1) t ON true"
        )
    };
}

/// Takes first attempts: a given number of each of these lanes, after its start.
pub const TAKE_FIRST: &str = take!(
    "$2::int[], $3::bigint[], $4::bigint[]) l(lane, k, start",
    "q.lane = l.lane AND q.claimed_by IS NULL AND q.attempts = 0 AND q.seq > l.start ORDER BY q.seq LIMIT l.k"
);

/// Takes the oldest of each of these lanes, whether it is a retry or not, if that is due.
pub const TAKE_OLDEST: &str = take!(
    "$2::int[]) l(lane",
    "q.seq = (SELECT min(h.seq) FROM (
       (SELECT f.seq FROM pending f WHERE f.lane = l.lane AND f.claimed_by IS NULL AND f.attempts = 0
        ORDER BY f.seq LIMIT 1)
       UNION ALL (SELECT min(r.seq) FROM pending r
        WHERE r.lane = l.lane AND r.claimed_by IS NULL AND r.attempts > 0)) h(seq))
     AND q.claimed_by IS NULL AND (q.attempts = 0 OR q.due_at <= $3) LIMIT 1"
);

/// Takes what lies before the starts of its lanes, by its position: see [`starts`](super::starts).
pub const TAKE_STRAYS: &str = take!(
    "$2::bigint[]) s(seq",
    "q.seq = s.seq AND q.claimed_by IS NULL AND (q.attempts = 0 OR q.due_at <= $3) LIMIT 1"
);

/// Takes retries that are due by now and since the start of all retries, by their time.
pub const TAKE_RETRIES: &str = take!(
    "$2::int[], $3::bigint[]) l(lane, k",
    "q.lane = l.lane AND q.claimed_by IS NULL AND q.attempts > 0 AND q.due_at > $5 AND q.due_at <= $4
     ORDER BY q.due_at, q.seq LIMIT l.k"
);

/// Whether the seat is had, what the clock shows, which profiles were read, and when the next retry is due.
pub const LOOK: &str = "
SELECT EXISTS (SELECT FROM sender WHERE seq = $1), (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
   (SELECT profiles FROM revision),
   (SELECT due_at FROM pending WHERE claimed_by IS NULL AND attempts > 0 AND due_at > $2 ORDER BY due_at LIMIT 1)";

/// The lanes of retries that are due by now and since their start, in order of their time.
pub const RETRY_LANES: &str = "
SELECT lane, due_at FROM pending WHERE claimed_by IS NULL AND attempts > 0 AND due_at > $2 AND due_at <= $1
ORDER BY due_at LIMIT 512";

/// All lanes with a retry that is due by now: a step in the index for each lane with a retry.
pub const ALL_RETRY_LANES: &str = "
WITH RECURSIVE l AS (
 (SELECT lane, due_at FROM pending WHERE claimed_by IS NULL AND attempts > 0 ORDER BY lane, due_at, seq LIMIT 1)
 UNION ALL
 SELECT n.lane, n.due_at FROM l CROSS JOIN LATERAL (
   SELECT p.lane, p.due_at FROM pending p WHERE p.lane > l.lane AND p.claimed_by IS NULL AND p.attempts > 0
   ORDER BY p.lane, p.due_at, p.seq LIMIT 1) n)
SELECT lane FROM l WHERE due_at <= $1";

/// Whose events are not claimed in the usual way; an empty name is all. Of a profile that is probed or recovering, when
/// its probe is due, or its width.
pub const BLOCKED: &str = "
SELECT profile_id, probe_at, NULL::int FROM hold UNION ALL SELECT profile_id, NULL, width FROM recovering
UNION ALL SELECT id, NULL, NULL FROM profile WHERE deleted_at >= $1";

/// What is the same for all deliveries of these lanes.
pub const LANES: &str = "
SELECT seq, profile_id, origin, by_hand, failed_in_row > 0, delivered IS NOT NULL FROM lane WHERE seq = ANY($1)";

/// Profiles that can be used: those that are deleted can be restored.
pub const PROFILES: &str = "
SELECT id, document FROM profile WHERE id = ANY($1) AND (deleted_at IS NULL OR deleted_at >= $2)";

/// Frees what is not started after all.
pub const RELEASE: &str = "
UPDATE pending SET claimed_by = NULL WHERE seq = ANY($1) AND claimed_by = $2 RETURNING lane, seq, attempts > 0";

/// Frees what a seat has claimed besides these.
pub const FREE_STRAYS: &str = "
UPDATE pending SET claimed_by = NULL WHERE claimed_by = $1 AND seq <> ALL($2) RETURNING lane, seq, attempts > 0";

/// What these two have freed: lanes, positions, and whether they are retries.
pub fn freed(rows: &[Row]) -> Result<Vec<(i32, i64, bool)>, StoreError> {
    let freed = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
    Ok(freed.collect::<Result<_, tokio_postgres::Error>>()?)
}

/// Fails a delivery that cannot be read, so that it is neither read again nor invisible.
pub const FAIL: &str = "
WITH g AS (DELETE FROM pending WHERE seq = $2 AND claimed_by = $1 RETURNING seq, lane, run_id, attempts),
 e AS (INSERT INTO ended (seq, ended_at, run_id, lane, state, attempts, class, message)
   SELECT seq, $4, run_id, lane, 3, attempts, $5, $3 FROM g),
 x AS (DELETE FROM tested t USING g WHERE t.seq = g.seq),
 c AS (INSERT INTO rollup_change (lanes, marks) SELECT ARRAY[lane], ARRAY[$6::bigint] FROM g)
UPDATE tally SET
   queued = queued - (SELECT count(*) FROM g WHERE attempts = 0),
   waiting = waiting - (SELECT count(*) FROM g WHERE attempts > 0),
   failed = failed + (SELECT count(*) FROM g),
   changes = changes + 1
WHERE slot = (pg_backend_pid() + extract(epoch FROM now())::bigint) & 63";
