//! The plans of the questions that a page is made of: on a long log none reads a table from end to end, and none sorts
//! or hashes what it has read.

use super::*;
use crate::record::DeliveryState;
use crate::storage::postgres::connection::server::Purpose;
use crate::storage::postgres::log::looks::statement;
use crate::storage::postgres::log::ranges::{Range, Stopped};
use crate::storage::postgres::log::summaries::LISTED;
use crate::storage::{Filter, StateFilter};

/// Four days of log: deliveries of twenty lanes, of which every seventh has failed and the last thousand are pending.
const FILL: &str = "
SET search_path = ringback;
SELECT make_days(current_date - 4, current_date);
INSERT INTO lane (profile_id, origin, by_hand) SELECT 'IN_' || n, 'https://a.example', false FROM generate_series(1, 20) n;
INSERT INTO delivery (seq, id, lane, accepted_at, retry_count, interval_s, timeout_ms, was_tested, kind, backoff,
  title, method, url, headers, vals, body)
SELECT first_position(current_date - 4) + n * 17280000::bigint * 2048, gen_random_uuid(), n % 20 + 1, n, 2, 10, 5000,
  false, 'event', 'fixed', 'Order', 'POST', 'https://a.example/', '[]', '{}', '' FROM generate_series(0, 19999) n;
INSERT INTO ended (seq, ended_at, lane, ms, state, attempts, status)
SELECT seq, accepted_at, lane, 5, CASE WHEN accepted_at % 7 = 0 THEN 3 ELSE 2 END, 1, 200 FROM delivery
  WHERE accepted_at < 19000;
INSERT INTO attempt (seq, n, started_at, duration_ms, status, response_cut, response_headers, response_body)
SELECT seq, 1, 0, 5, 200, false, '[]', '' FROM delivery WHERE accepted_at < 19000;
INSERT INTO pending (seq, lane, due_at) SELECT seq, lane, 0 FROM delivery WHERE accepted_at >= 19000;
ANALYZE;";

/// The plan of a statement with these values, whatever they are.
fn plan(database: &Database, sql: &str, values: &str) -> String {
    let text = format!(
        "{} PREPARE asked AS {sql}; EXPLAIN (COSTS OFF) EXECUTE asked({values})",
        Purpose::Read.settings()
    );
    database.sql(&text)
}

#[track_caller]
fn check(plan: &str) {
    let tables = ["delivery", "ended", "attempt", "pending"];
    for step in plan.lines().map(|line| line.trim().trim_start_matches("->").trim()) {
        let read = ["Seq Scan on ", "Parallel Seq Scan on "].iter().find_map(|scan| step.strip_prefix(scan));
        let reads_all = read.is_some_and(|of| tables.iter().any(|table| of.starts_with(table)));
        let is_bad = reads_all || step.starts_with("Hash") || ["Sort", "Incremental Sort"].contains(&step);
        assert!(!is_bad, "{step}:\n{plan}");
    }
}

#[tokio::test]
async fn no_page_of_a_long_log_reads_a_table_or_sorts_it() {
    let Some(OnServer { database, .. }) = on_server().await else { return };
    database.sql(FILL);
    let ranges = [
        (Range::All, ""),
        (Range::Lane(3), ", 3"),
        (Range::Pending { queued: true, waiting: false, lanes: None }, ""),
        (Range::Pending { queued: true, waiting: true, lanes: Some(vec![1, 2]) }, ", ARRAY[1, 2]"),
        (Range::Delivered, ""),
        (Range::DeliveredOf(3), ", 3"),
        (Range::Ended(Stopped::Failed), ""),
        (Range::Ended(Stopped::Cancelled), ""),
        (Range::EndedOf(Stopped::Failed, 3), ", 3"),
    ];
    let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
    let state = StateFilter::Is(DeliveryState::Failed);
    let filters = [
        (Filter { state: Some(state), ..Filter::default() }, ""),
        (text("404"), ""),
        (text("order"), ", 'order%', '%order%', '%order%', '%order%'"),
    ];
    for (range, lanes) in &ranges {
        for (filter, values) in &filters {
            let (sql, _) = statement(range, filter, true, 50);
            check(&plan(&database, &sql, &format!("{}{lanes}{values}", i64::MAX)));
        }
    }
    let newest =
        "SELECT array_agg(seq) FROM (SELECT seq FROM ringback.delivery ORDER BY seq DESC LIMIT 50) d";
    check(&plan(&database, LISTED, &format!("'{}'", database.sql(newest))));
}
