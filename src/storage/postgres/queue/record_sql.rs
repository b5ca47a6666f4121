//! The statements of a record.

/// Records attempts, and moves their deliveries on: those that this sender has claimed, and those that nobody has, with
/// the attempt that comes next. A row of the result is a delivery and what was done: 1 it has ended, 2 it waits, 3 its
/// attempt is in the log.
///
/// Changes are computed from the rows that were there, never from notifications: recorded twice, it is counted once. An
/// attempt whose number was used is not in the log yet, and is left out of the numbers (`| 512`, see
/// [`WITHOUT_ATTEMPT`](crate::storage::rollups::mark::WITHOUT_ATTEMPT)). Where its time went is counted if all attempts
/// are in the log.
pub const RECORD: &str = "
WITH r AS MATERIALIZED (
   SELECT * FROM unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[], $7::bigint[],
     $8::int[], $9::smallint[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::text[], $15::bytea[],
     $17::bigint[], $18::bytea[])
   r(seq, n, state, due_at, ended_at, started_at, duration_ms, status, class, message, address, response_cut,
     response_headers, response_body, mark, phases)),
 g AS (DELETE FROM pending p USING r
   WHERE r.state > 1 AND p.seq = r.seq AND (p.claimed_by = $1 OR p.claimed_by IS NULL) AND p.attempts = r.n - 1
   RETURNING r.*, p.lane, p.run_id, p.attempts AS was),
 w AS (UPDATE pending p SET attempts = r.n, due_at = r.due_at, claimed_by = NULL FROM r
   WHERE r.state = 1 AND p.seq = r.seq AND (p.claimed_by = $1 OR p.claimed_by IS NULL) AND p.attempts = r.n - 1
   RETURNING r.*, p.lane),
 e AS (INSERT INTO ended (seq, ended_at, run_id, lane, ms, state, attempts, status, class, message)
   SELECT seq, ended_at, run_id, lane, duration_ms, state, n, status, class,
     CASE WHEN class IS NOT NULL THEN message END FROM g),
 x AS (DELETE FROM tested t USING g WHERE t.seq = g.seq),
 a AS (INSERT INTO attempt (seq, n, started_at, duration_ms, status, class, message, address, sender, response_cut,
     response_headers, response_body, phases)
   SELECT seq, n, started_at, duration_ms, status, class, message, address, $16, response_cut, response_headers,
     response_body, phases FROM g
   UNION ALL
   SELECT seq, n, started_at, duration_ms, status, class, message, address, $16, response_cut, response_headers,
     response_body, phases FROM w
   ON CONFLICT DO NOTHING RETURNING seq),
 f AS (INSERT INTO feed (attempted, marks)
   SELECT array_agg(seq), array_agg(n * 8 + state) FROM (
     SELECT seq, n::int, state::int FROM g UNION ALL SELECT seq, n::int, state::int FROM w) r(seq, n, state)
   HAVING count(*) > 0),
 c AS (INSERT INTO rollup_change (lanes, marks, times)
   SELECT array_agg(m.lane), array_agg(CASE WHEN a.seq IS NULL THEN m.mark | 512 ELSE m.mark END),
     CASE WHEN count(a.seq) = cardinality($2::bigint[]) THEN $19::bytea END
   FROM (SELECT seq, lane, mark FROM g UNION ALL SELECT seq, lane, mark FROM w) m LEFT JOIN a USING (seq)
   HAVING count(*) > 0),
 t AS (UPDATE tally SET
     queued = queued - (SELECT count(*) FROM g WHERE was = 0) - (SELECT count(*) FROM w WHERE n = 1),
     waiting = waiting - (SELECT count(*) FROM g WHERE was > 0) + (SELECT count(*) FROM w WHERE n = 1),
     delivered = delivered + (SELECT count(*) FROM g WHERE state = 2),
     failed = failed + (SELECT count(*) FROM g WHERE state = 3),
     changes = changes + 1
   WHERE slot = (pg_backend_pid() + extract(epoch FROM now())::bigint) & 63)
SELECT seq, 1 FROM g UNION ALL SELECT seq, 2 FROM w UNION ALL SELECT seq, 3 FROM a";

/// Whether this very attempt is in the log.
pub const IS_KNOWN: &str =
    "SELECT EXISTS (SELECT FROM attempt WHERE seq = $1 AND sender = $2 AND started_at = $3)";

/// Adds an attempt to the log of a delivery that is stored, under its number, or the next one where another sender has
/// used that. Gives the number.
pub const APPEND: &str = "
INSERT INTO attempt (seq, n, started_at, duration_ms, status, class, message, address, sender, response_cut,
   response_headers, response_body, phases)
SELECT d.seq, CASE WHEN EXISTS (SELECT FROM attempt WHERE seq = $1 AND n = $2)
     THEN (SELECT max(n) + 1 FROM attempt WHERE seq = $1) ELSE $2 END, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
FROM delivery d WHERE d.seq = $1 RETURNING n";

/// Tells readers of the feed of an attempt that was added so, with the state that its delivery is in now.
pub const TELL: &str = "
INSERT INTO feed (attempted, marks)
SELECT ARRAY[$1::bigint], ARRAY[$2::smallint::int * 8 + coalesce((SELECT state::int FROM ended WHERE seq = $1),
  (SELECT CASE WHEN attempts > 0 THEN 1 ELSE 0 END FROM pending WHERE seq = $1))]
WHERE EXISTS (SELECT FROM ended WHERE seq = $1) OR EXISTS (SELECT FROM pending WHERE seq = $1)";

/// What a delivery shows of its last attempt, where that was in flight when it ended. A delivery that arrived stays as
/// it is; of one that failed it counts that it arrived after all.
pub const COME_LATE: &str = "
WITH e AS (UPDATE ended SET attempts = greatest(attempts, $2), status = $3, class = $4, message = $5, ms = $6,
     state = CASE WHEN state = 3 AND $7 THEN 2 ELSE state END
   WHERE seq = $1 AND (state <> 2 OR $7) RETURNING (SELECT o.state FROM ended o WHERE o.seq = $1) AS was, state)
UPDATE tally SET
   failed = failed - (SELECT count(*) FROM e WHERE was = 3 AND state = 2),
   delivered = delivered + (SELECT count(*) FROM e WHERE was = 3 AND state = 2),
   changes = changes + 1
WHERE slot = (pg_backend_pid() + extract(epoch FROM now())::bigint) & 63";

/// A delivery has this many attempts, of which another sender made some.
pub const COUNT_ATTEMPTS: &str = "
WITH p AS (UPDATE pending SET attempts = greatest(attempts, $2) WHERE seq = $1)
UPDATE ended SET attempts = greatest(attempts, $2) WHERE seq = $1";
