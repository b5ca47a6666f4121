//! What a claim reads.

use jiff::Timestamp;
use rusqlite::{Connection, StatementStatus};

use super::*;
use crate::storage::sqlite::queue::floors::Floors;

const ACCEPTED: &str = "INSERT INTO lane (profile_id, origin, by_hand)
        VALUES ('IN_00000000-0000-0000-0000-000000000001', 'https://hooks.example', 0);
    WITH RECURSIVE rows (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM rows WHERE n < 2000)
    INSERT INTO delivery (seq, id, state, lane, kind, profile_title, was_tested, retry_count, interval_s,
        timeout_ms, backoff, attempts, due_at, accepted_at)
    SELECT n, randomblob(16), 0, 1, 'event', 'T', 0, 0, 1, 5000, 'fixed', 0, 1, 1 FROM rows;
    INSERT INTO queued SELECT lane, seq, NULL FROM delivery;";

/// Claimed deliveries are not skipped again by each claim.
#[test]
fn nothing_before_a_floor_is_read() {
    let mut db = Connection::open_in_memory().unwrap();
    crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
    db.execute_batch(ACCEPTED).unwrap();
    let passed_over: RowSet = (1..=1900).collect();
    let demand = Demand::idle(Timestamp::UNIX_EPOCH, 10, 16);
    let mut steps = |floor: Option<i64>| {
        let mut floors = Floors::default();
        floors.raise(floors.seen(), floor.map(|row| (1, row)).into_iter());
        let tx = db.transaction().unwrap();
        let taken = Taken { passed_over: &passed_over, floors: &floors.seen() };
        let turn = choose(&tx, &demand, &taken, HashSet::new()).unwrap();
        let rows: Vec<i64> = turn.chosen.iter().map(|chosen| chosen.row).collect();
        assert_eq!(rows, (1901..=1910).collect::<Vec<_>>(), "{:?}", turn.odd);
        assert_eq!(turn.reached, [(1, 1910)]);
        let taken_by = |sql| tx.prepare_cached(sql).unwrap().reset_status(StatementStatus::VmStep);
        taken_by(FIRST) + taken_by(NEXT_FIRST)
    };
    let (with, without) = (steps(Some(1900)), steps(None));
    assert!(with * 10 < without, "{with} steps, and {without} without a floor");
}
