//! The progress of the deliveries of one run, in bounded memory.

use std::collections::HashSet;

use rusqlite::Transaction;

use crate::record::{DeliveryId, DeliveryState, LogPosition, RunId, RunRange, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::batch_progress::BatchProgress;
use crate::storage::log::counts::Counts;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::summaries;
use crate::storage::sqlite::rows::columns::state_number;
use crate::storage::sqlite::rows::outcome::IS_IN_DELIVERED;
use crate::storage::sqlite::rows::state;

/// The pending deliveries of a run, or those that failed or were cancelled, between two positions. No row of a
/// delivery is read for it.
fn of_run(what: &str, (from, rows): (&str, &str)) -> String {
    format!("SELECT {what} FROM {from} WHERE {rows} AND seq >= ?1 AND seq < ?2 AND run_id = ?3")
}

/// The deliveries of a run with a valid state between two positions. What is none of the others was delivered.
const ALL_OF_RUN: &str = "SELECT count(*), min(seq) FROM delivery
     WHERE seq >= ?1 AND seq < ?2 AND run_id = ?3 AND state BETWEEN 0 AND 4";

/// The last deliveries of a run in a state between two positions.
fn last(state: DeliveryState) -> String {
    match state::rows_in(state) {
        [one] => format!("{} ORDER BY seq DESC LIMIT ?4", of_run("seq", *one)),
        _ => format!(
            "SELECT seq FROM delivery
             WHERE seq >= ?1 AND seq < ?2 AND run_id = ?3 AND iif({IS_IN_DELIVERED}, 2, state) = {}
             ORDER BY seq DESC LIMIT ?4",
            state_number(state)
        ),
    }
}

/// Deliveries accepted later have a later position.
const END: &str = "SELECT coalesce(max(seq), 0) + 1 FROM delivery";

impl Store {
    /// Counts the deliveries of a run. Takes time for each, so the next call starts at the `low_watermark` of this
    /// one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn batch_progress(&self, range: RunRange) -> Result<BatchProgress, StoreError> {
        self.read(move |tx| {
            let (queued, first_queued) = count_and_first(tx, DeliveryState::Queued, range)?;
            let (waiting, first_waiting) = count_and_first(tx, DeliveryState::Waiting, range)?;
            let low_watermark = match first_queued.into_iter().chain(first_waiting).min() {
                Some(pending) => pending,
                None => end(tx)?.clamp(range.from, range.to),
            };
            // All pending ones come after it.
            let settled = ended(tx, RunRange { to: low_watermark, ..range }, 0)?;
            let rest = ended(tx, RunRange { from: low_watermark, ..range }, queued + waiting)?;
            let rest = Counts { queued, waiting, ..rest };
            Ok(BatchProgress { settled, rest, low_watermark })
        })
        .await
    }

    /// The deliveries of a run in this state, newest first, at most `limit`. Without invalid rows.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn deliveries_of_run(
        &self,
        range: RunRange,
        state: DeliveryState,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError> {
        self.read(move |tx| {
            let RunRange { run, from, to } = range;
            let mut statement = tx.prepare_cached(&last(state))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let params = (from.number(), to.number(), run.number(), limit);
            let rows = statement.query_map(params, |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
            summaries::of_rows(tx, &rows)
        })
        .await
    }

    /// Those of these deliveries that were accepted by a run.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn of_run(&self, run: RunId, ids: Vec<DeliveryId>) -> Result<HashSet<DeliveryId>, StoreError> {
        self.read(move |tx| {
            let mut statement = tx.prepare_cached("SELECT 1 FROM delivery WHERE id = ?1 AND run_id = ?2")?;
            let mut own = HashSet::new();
            for id in ids {
                if statement.exists((id.bytes(), run.number()))? {
                    own.insert(id);
                }
            }
            Ok(own)
        })
        .await
    }
}

/// How many of a run are in a state, and the position of the first. Not of delivered ones.
fn count_and_first(
    tx: &Transaction<'_>,
    state: DeliveryState,
    range: RunRange,
) -> Result<(u64, Option<LogPosition>), StoreError> {
    let (mut all, mut first) = (0, None);
    for rows in state::rows_in(state) {
        let found = count_by(tx, &of_run("count(*), min(seq)", *rows), range)?;
        all += found.0;
        first = first.into_iter().chain(found.1).min();
    }
    Ok((all, first))
}

fn count_by(
    tx: &Transaction<'_>,
    sql: &str,
    range: RunRange,
) -> Result<(u64, Option<LogPosition>), StoreError> {
    let RunRange { run, from, to } = range;
    let mut statement = tx.prepare_cached(sql)?;
    let (n, first): (i64, Option<i64>) = statement
        .query_row((from.number(), to.number(), run.number()), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((u64::try_from(n).unwrap_or(0), first.map(LogPosition::new)))
}

fn end(tx: &Transaction<'_>) -> Result<LogPosition, StoreError> {
    Ok(LogPosition::new(tx.prepare_cached(END)?.query_row([], |row| row.get(0))?))
}

/// How many of a run have ended, by outcome, if this many are pending.
fn ended(tx: &Transaction<'_>, range: RunRange, pending: u64) -> Result<Counts, StoreError> {
    let all = count_by(tx, ALL_OF_RUN, range)?.0;
    let failed = count_and_first(tx, DeliveryState::Failed, range)?.0;
    let cancelled = count_and_first(tx, DeliveryState::Cancelled, range)?.0;
    let delivered = all.saturating_sub(pending + failed + cancelled);
    Ok(Counts { queued: 0, waiting: 0, delivered, failed, cancelled })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Choice as _;

    #[test]
    fn no_row_is_read_for_it() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        let counted = DeliveryState::ALL.iter().filter(|state| **state != DeliveryState::Delivered);
        let counts =
            counted.flat_map(|state| state::rows_in(*state)).map(|rows| of_run("count(*), min(seq)", *rows));
        for sql in counts.chain([last(DeliveryState::Failed)]) {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            let by_lane = plan.starts_with("SCAN ") && !plan.contains("SCAN delivery");
            assert!(by_lane || plan.contains("COVERING INDEX") && plan.contains("seq>"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
