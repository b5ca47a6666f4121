//! Whole days of the log go as a whole.

use jiff::Timestamp;

use super::*;
use crate::storage::{Log as _, Removed, Retention as _, RetentionPolicy};

/// Three days, long ago, of five deliveries each with two attempts; one of the third day is still pending.
const FILL: &str = "
SET search_path = ringback;
SELECT make_days(current_date - 40, current_date - 38);
INSERT INTO lane (profile_id, origin, by_hand) VALUES ('IN_1', 'https://a.example', false);
INSERT INTO delivery (seq, id, lane, accepted_at, retry_count, interval_s, timeout_ms, was_tested, kind, backoff,
  title, vals)
SELECT first_position(current_date - 40 + n / 5) + n,
  (lpad(to_hex((extract(epoch FROM current_date - 40 + n / 5) * 1000)::bigint), 12, '0') || '70008000'
    || lpad(to_hex(n), 12, '0'))::uuid, 1,
  (extract(epoch FROM current_date - 40 + n / 5) * 1000)::bigint, 2, 10, 5000, false, 'event', 'fixed', 'Order', '{}'
FROM generate_series(0, 14) n;
INSERT INTO attempt (seq, n, started_at, duration_ms, status, response_cut, response_headers, response_body)
SELECT seq, n, 0, 5, 200, false, '[]', '' FROM delivery, generate_series(1, 2) n;
INSERT INTO pending (seq, lane, due_at) SELECT max(seq), 1, 0 FROM delivery;
INSERT INTO ended (seq, ended_at, lane, ms, state, attempts, status)
SELECT seq, accepted_at, 1, 5, 2, 2, 200 FROM delivery WHERE seq NOT IN (SELECT seq FROM pending);
UPDATE tally SET queued = 1, delivered = 14 WHERE slot = 0;";

#[tokio::test]
async fn a_day_goes_as_a_whole_unless_something_of_it_is_pending() {
    let Some(OnServer { store, database }) = on_server().await else { return };
    database.sql(FILL);
    let (policy, now) = (RetentionPolicy { days: 5, deliveries: 0 }, Timestamp::now());
    let counted = store.outdated(policy, now).await.unwrap();
    assert_eq!(counted, Removed { deliveries: 14, attempts: 28 });
    let (mut all, mut after, mut calls) = (Removed::default(), None, 0);
    loop {
        let (removed, next) = store.prune_next(policy, now, after).await.unwrap();
        all.add(removed);
        (after, calls) = (next, calls + 1);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all, counted);
    assert!(calls >= 3, "{calls}");
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'ringback'::regnamespace AND relkind = 'r'
                AND relname ~ '^(delivery|attempt|ended)_[0-9]{8}$' AND right(relname, 8)
                    < to_char(current_date - 30, 'YYYYMMDD')";
    assert_eq!(database.sql(left), "3", "the day with something pending");
    assert_eq!(database.sql("SELECT count(*) FROM ringback.delivery"), "1");
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.queued, counts.delivered), (1, 0));
}
