//! The next deliveries to send, read in full.

use std::sync::Mutex;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use crate::profile::Choice;
use crate::record::{DeliveryId, DeliveryState, ErrorClass, LaneId};
use crate::storage::error::StoreError;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::queue::job::{Jobs, KnownProfiles};
use crate::storage::sqlite::queue::metered::Metered;
use crate::storage::sqlite::queue::record::forget_tested;
use crate::storage::sqlite::queue::row_set::RowSet;
use crate::storage::sqlite::queue::scheduler::{self, Taken};
use crate::storage::sqlite::rows::columns::{self, get, millis, time};
use crate::storage::sqlite::rows::salvage::on_row;
use crate::storage::sqlite::rows::state;
use crate::storage::unreadable;
use crate::storage::unreadable::Why;
use crate::storage::{Claimed, Demand};

/// The due deliveries.
#[derive(Default)]
pub struct Found {
    pub claimed: Claimed,
    /// Unreadable deliveries, which cannot be sent.
    pub unreadable: Vec<(i64, Why)>,
    /// Retries with an invalid time.
    pub timeless: Vec<i64>,
    /// See [`scheduler::Turn::reached`].
    pub reached: Vec<(i64, i64)>,
}

impl Found {
    /// Whether something must be repaired before it counts.
    pub fn is_odd(&self) -> bool {
        self.odd().next().is_some()
    }

    /// The rows to repair.
    pub fn odd(&self) -> impl Iterator<Item = i64> {
        self.unreadable.iter().map(|(row, _)| *row).chain(self.timeless.iter().copied())
    }
}

/// Due deliveries that can start, without those that are known already.
pub fn find(
    tx: &Transaction<'_>,
    demand: &Demand,
    taken: &Taken<'_>,
    profiles: &Mutex<KnownProfiles>,
) -> Result<Found, StoreError> {
    let now = millis(demand.now);
    let mut found = Found::default();
    let mut jobs = Jobs::new(tx, profiles)?;
    let metered = Metered::read(tx, now)?;
    let turn = scheduler::choose(tx, demand, taken, metered.recovering())?;
    let scheduler::Turn { mut chosen, odd, after, is_partial, reached, anything_waits } = turn;
    chosen.extend(metered.choose(tx, demand, taken, now, demand.limit.saturating_sub(chosen.len()))?);
    found.reached = reached;
    found.unreadable = odd;
    (found.claimed.after, found.claimed.is_partial) = (after.map(LaneId::new), is_partial);
    jobs.read(&chosen, |row, job| match job {
        Ok(job) => found.claimed.jobs.push(job),
        Err(why) => found.unreadable.push((row, why)),
    })?;
    if anything_waits {
        found.claimed.next_due = next(tx, now)?;
        found.timeless = timeless(tx, taken.passed_over)?;
    }
    let next_probe = metered.next_due.and_then(|at| time(at).ok());
    found.claimed.next_due = found.claimed.next_due.into_iter().chain(next_probe).min();
    Ok(found)
}

/// The repairs.
pub struct PutRight {
    /// Unreadable deliveries that have failed: a sentence each.
    pub failed: Vec<String>,
    /// How many are due now.
    pub due: usize,
}

/// Fails unreadable deliveries permanently, so that they are neither examined again nor lost; and makes those without
/// a valid time due now.
pub fn put_right(
    tx: &Writing<'_>,
    now: Timestamp,
    unreadable: &[(i64, Why)],
    timeless: &[i64],
) -> Result<PutRight, StoreError> {
    let (mut failed, mut due) = (Vec::new(), 0);
    for (seq, why) in unreadable {
        let Some(state) = state::of_row(tx, *seq)?.filter(|state| state.is_pending()) else { continue };
        let name = unreadable::name_of(id_of(tx, *seq)?, *seq);
        let message = format!("cannot be read from the database ({why}): send the event again");
        let sql = "UPDATE delivery SET state = 3, due_at = NULL, ended_at = ?2,
                       last_status = NULL, last_class = ?3, last_message = ?4
                   WHERE seq = ?1";
        let row = (*seq, millis(now), ErrorClass::Request.name(), message.as_str());
        on_row(tx, *seq, || tx.prepare_cached(sql)?.execute(row))?;
        tx.moved(state, DeliveryState::Failed);
        let mark = RollupMark::failed_unattempted(millis(now), ErrorClass::Request);
        tx.count(state::lane_of(tx, *seq)?, mark);
        forget_tested(tx, *seq)?;
        failed.push(format!("{name} cannot be read ({why}) and has failed"));
    }
    dequeue_stale(tx, unreadable)?;
    for seq in timeless {
        let sql = "UPDATE delivery SET due_at = ?2 WHERE seq = ?1 AND state = 1";
        due += on_row(tx, *seq, || tx.prepare_cached(sql)?.execute((seq, millis(now))))?;
        tx.touched();
    }
    Ok(PutRight { failed, due })
}

/// Removes these from the queues if their rows are gone, have ended, or name another queue.
fn dequeue_stale(tx: &Writing<'_>, found: &[(i64, Why)]) -> Result<(), StoreError> {
    if found.is_empty() {
        return Ok(());
    }
    // All at once: none can be found by its lane.
    let rows: Vec<i64> = found.iter().map(|(row, _)| *row).collect();
    let sql = "DELETE FROM queued WHERE seq IN (SELECT value FROM json_each(?1))
               AND NOT EXISTS (SELECT 1 FROM delivery
                   WHERE delivery.seq = queued.seq AND delivery.lane IS queued.lane AND delivery.state = 0)";
    tx.prepare_cached(sql)?.execute([serde_json::Value::from(rows).to_string()])?;
    Ok(())
}

fn id_of(tx: &Transaction<'_>, seq: i64) -> Result<Option<DeliveryId>, StoreError> {
    let sql = "SELECT id FROM delivery WHERE seq = ?1";
    let id = tx.prepare_cached(sql)?.query_row([seq], |row| Ok(columns::delivery_id(row, 0).ok()));
    Ok(id.optional()?.flatten())
}

/// The earliest time after `now` at which a retry is due.
fn next(tx: &Transaction<'_>, now: i64) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT due_at FROM delivery INDEXED BY delivery_waiting
               WHERE state = 1 AND due_at > ?1 ORDER BY due_at LIMIT 1";
    let next = tx.prepare_cached(sql)?.query_row([now], |row| Ok(get(row, 0).and_then(time).ok()));
    // A time that no clock will ever show does not count, and later ones are even later.
    Ok(next.optional()?.flatten())
}

/// Retries that no time makes due: without one, or with one that no clock will ever show. They are at the ends of the
/// index.
fn timeless(tx: &Transaction<'_>, passed_over: &RowSet) -> Result<Vec<i64>, StoreError> {
    let mut found = Vec::new();
    let mut take = |sql: &str, bound: Option<i64>| -> Result<(), StoreError> {
        let mut statement = tx.prepare_cached(sql)?;
        let mut rows = statement.query([bound])?;
        while let Some(row) = rows.next()? {
            found.push(row.get(0)?);
        }
        Ok(())
    };
    take(WITHOUT_TIME, None)?;
    take(BEYOND_TIME, Some(millis(Timestamp::MAX)))?;
    found.retain(|row| !passed_over.contains(row));
    Ok(found)
}

/// With a parameter, since `SQLite` knows without reading that a NOT NULL column has no nulls.
const WITHOUT_TIME: &str = "SELECT seq FROM delivery INDEXED BY delivery_waiting
     WHERE state = 1 AND due_at IS ?1 LIMIT 256";
const BEYOND_TIME: &str = "SELECT seq FROM delivery INDEXED BY delivery_waiting
     WHERE state = 1 AND due_at > ?1 LIMIT 256";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_time_is_found_at_the_ends_of_the_index() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        for sql in [WITHOUT_TIME, BEYOND_TIME] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let plan: String = statement.raw_query().next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.starts_with("SEARCH delivery USING COVERING INDEX"), "{plan}");
        }
    }
}
