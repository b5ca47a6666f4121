//! How the server carries the statements of the queue out: from indexes, a few rows each, nothing sorted or hashed,
//! however many are pending.

use super::*;
use crate::storage::Control as _;
use crate::storage::postgres::connection::session::Session;
use crate::storage::postgres::control::longest_due::LONGEST_DUE;
use crate::storage::postgres::queue::claim_sql::{
    ALL_RETRY_LANES, LOOK, RELEASE, RETRY_LANES, TAKE_FIRST, TAKE_RETRIES, TAKE_STRAYS,
};
use crate::storage::postgres::queue::orphans::{FREE_ORPHANS, ORPHANS};
use crate::storage::postgres::queue::record_sql::RECORD;
use crate::storage::postgres::queue::sweep::{ANY_OVERDUE, FIRST_LANES, STARTS, STRAY_RETRIES, STRAYS};

/// A long queue: first attempts and retries of many lanes.
const PENDING: &str = "
SET search_path = ringback;
INSERT INTO lane (profile_id, origin, by_hand)
  SELECT 'IN_' || n, 'https://' || n || '.example', false FROM generate_series(1, 200) n;
INSERT INTO pending (seq, due_at, lane, attempts)
  SELECT first_position(current_date) + n * 2048, n, 1 + n % 200, CASE WHEN n % 3 = 0 THEN 1 ELSE 0 END
  FROM generate_series(1, 20000) n;
ANALYZE;";

async fn plan(session: &Session, sql: &str, values: usize) -> String {
    let mut acquired = session.acquire().await.unwrap();
    let db = acquired.db().unwrap();
    db.batch(&format!("PREPARE planned AS {sql}")).await.unwrap();
    let nulls = vec!["NULL"; values].join(", ");
    let arguments = if values == 0 { String::new() } else { format!("({nulls})") };
    let rows = db.rows(&format!("EXPLAIN (COSTS OFF) EXECUTE planned{arguments}"), &[]).await.unwrap();
    db.batch("DEALLOCATE planned").await.unwrap();
    rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
}

#[tokio::test]
async fn how_far_sending_lags_is_found_in_a_step_for_each_lane() {
    let Some(on) = on_server().await else { return };
    on.database.sql(PENDING);
    let plan = plan(&on.store.0.reads[0], LONGEST_DUE, 2).await;
    for costly in ["Sort", "Seq Scan on pending", "Seq Scan on lane_start"] {
        assert!(!plan.contains(costly), "{costly}:\n{plan}");
    }
    assert!(on.store.longest_due().await.unwrap().is_some());
}

#[tokio::test]
async fn no_statement_of_a_sender_reads_a_table_or_sorts() {
    let Some(on) = on_server().await else { return };
    on.database.sql(PENDING);
    let sender = on.store.sender();
    let statements = [
        (&sender.claim_session, TAKE_FIRST, 4),
        (&sender.claim_session, TAKE_STRAYS, 3),
        (&sender.claim_session, TAKE_RETRIES, 5),
        (&sender.claim_session, LOOK, 2),
        (&sender.claim_session, RETRY_LANES, 2),
        (&sender.claim_session, ALL_RETRY_LANES, 1),
        (&sender.claim_session, FIRST_LANES, 4),
        (&sender.claim_session, ANY_OVERDUE, 2),
        (&sender.claim_session, STRAYS, 4),
        (&sender.claim_session, STRAY_RETRIES, 3),
        (&sender.claim_session, STARTS, 0),
        (&sender.claim_session, ORPHANS, 2),
        (&sender.claim_session, FREE_ORPHANS, 2),
        (&sender.claim_session, RELEASE, 2),
        (&sender.records, RECORD, 19),
    ];
    for (session, sql, values) in statements {
        let plan = plan(session, sql, values).await;
        for costly in [
            "Sort",
            "Hash Join",
            "Merge Join",
            "Seq Scan on pending",
            "Seq Scan on delivery",
            "Seq Scan on lane_start",
        ] {
            assert!(!plan.contains(costly), "{costly}: {sql}\n{plan}");
        }
        assert!(plan.contains("pending") || plan.contains("lane_start"), "{plan}");
    }
}
