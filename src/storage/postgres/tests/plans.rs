//! The plans of the questions that a page is made of: on a long log none reads a table from end to end, and none sorts
//! or hashes what it has read.

use super::*;
use crate::record::{DeliveryState, ErrorClass};
use crate::storage::postgres::connection::server::Purpose;
use crate::storage::postgres::log::looks::statement;
use crate::storage::postgres::log::progress::PROGRESS;
use crate::storage::postgres::log::ranges::{Part, Range, Stopped};
use crate::storage::postgres::log::summaries::LISTED;
use crate::storage::{Filter, StateFilter, StatusFilter};

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

/// One of this number.
const STATUSES: [(StatusFilter, &str); 4] = [
    (StatusFilter::Code(404), "ended_by_status"),
    // Most deliveries have it, and no failure.
    (StatusFilter::Code(200), "ended_by_status"),
    (StatusFilter::Hundred(2), "ended_by_hundred"),
    (StatusFilter::Error(ErrorClass::Timeout), "ended_by_class"),
];

#[tokio::test]
async fn a_status_of_failures_is_found_by_its_index() {
    let Some(OnServer { database, .. }) = on_server().await else { return };
    database.sql(FILL);
    database.sql("UPDATE ringback.ended SET status = 500, class = 'status' WHERE state = 3");
    database.sql("VACUUM ANALYZE");
    for (status, index) in STATUSES {
        let range = Range::from(Part::EndedWith(Stopped::Failed, status, Vec::new()));
        let (sql, _) = statement(&range, &Filter::default(), false, 50);
        let plan = plan(&database, &sql, &format!("{}, 0", i64::MAX));
        check(&plan);
        // The partitions have names of their own for it; those without rows are read anyhow.
        let of_day = match index {
            "ended_by_status" => "expr_seq_idx",
            "ended_by_hundred" => "expr_seq_idx1",
            _ => "state_class_seq_idx",
        };
        let is_used = plan.lines().filter(|line| line.contains(of_day)).count() >= 4;
        assert!(is_used && !plan.contains("state_seq_idx"), "{status}: {plan}");
    }
}

#[tokio::test]
async fn the_progress_of_a_run_is_counted_from_what_is_of_the_run() {
    let Some(OnServer { database, .. }) = on_server().await else { return };
    database.sql(FILL);
    for table in ["pending", "ended"] {
        database.sql(&format!("UPDATE ringback.{table} SET run_id = (seq >> 11) / 17280000 % 3"));
    }
    database.sql("VACUUM ANALYZE");
    let plan = plan(&database, PROGRESS, "1, 0, 9223372036854775807");
    check(&plan);
    let reads_run = |of: &str| plan.lines().any(|line| line.contains(of));
    assert!(reads_run("pending_of_run") && reads_run("run_id_state_seq_idx"), "{plan}");
    for other in ["pending_pkey", "ended_20", "state_seq_idx on ended"] {
        let is_read = |line: &str| {
            line.contains(other) && line.contains("Index") && !line.contains("run_id_state_seq_idx")
        };
        assert!(!plan.lines().any(is_read), "{other}: {plan}");
    }
}

#[tokio::test]
async fn no_page_of_a_long_log_reads_a_table_or_sorts_it() {
    let Some(OnServer { database, .. }) = on_server().await else { return };
    database.sql(FILL);
    let ranges = [
        (Part::All, ""),
        (Part::Lane(3), ", 3"),
        (Part::Pending { queued: true, waiting: false, lanes: None }, ""),
        (Part::Pending { queued: true, waiting: true, lanes: Some(vec![1, 2]) }, ", ARRAY[1, 2]"),
        (Part::Delivered, ""),
        (Part::DeliveredOf(3), ", 3"),
        (Part::Ended(Stopped::Failed), ""),
        (Part::Ended(Stopped::Cancelled), ""),
        (Part::EndedOf(Stopped::Failed, 3), ", 3"),
        (Part::DeliveredWith(202), ""),
        (Part::EndedWith(Stopped::Failed, StatusFilter::Code(404), Vec::new()), ""),
        (Part::EndedWith(Stopped::Cancelled, StatusFilter::Hundred(5), vec![StatusFilter::Code(404)]), ""),
        (Part::EndedWith(Stopped::Failed, StatusFilter::Error(ErrorClass::Timeout), Vec::new()), ""),
    ];
    let second = jiff::Timestamp::from_second(1).unwrap();
    let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
    let state = StateFilter::Is(DeliveryState::Failed);
    let filters = [
        (Filter { state: Some(state), ..Filter::default() }, ""),
        (text("404"), ""),
        (Filter { since: Some(second), until: Some(second), ..Filter::default() }, ", 1000, 1000"),
        (text("order"), ", 'order', 'order'"),
        (text("grüß\"k"), ", 'grüß\"k', 'grüß\\\"k'"),
    ];
    for (part, lanes) in &ranges {
        let range = &Range::from(part.clone());
        for (filter, values) in &filters {
            let (sql, _) = statement(range, filter, true, 50);
            check(&plan(&database, &sql, &format!("{}, 0{lanes}{values}", i64::MAX)));
        }
    }
    let newest =
        "SELECT array_agg(seq) FROM (SELECT seq FROM ringback.delivery ORDER BY seq DESC LIMIT 50) d";
    check(&plan(&database, LISTED, &format!("'{}'", database.sql(newest))));
}
