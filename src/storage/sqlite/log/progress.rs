//! The progress of the deliveries of one run, in bounded memory.

use std::collections::HashSet;

use rusqlite::Transaction;

use crate::record::{DeliveryId, DeliveryState, LogPosition, RunId, RunRange, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::batch_progress::BatchProgress;
use crate::storage::log::counts::Counts;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::summaries;
use crate::storage::sqlite::rows::state;

/// The deliveries of a run in a state between two positions. All of these read only an index of states, positions and
/// runs.
fn of_run(what: &str, state: DeliveryState) -> String {
    let (from, rows) = state::rows_in(state);
    format!("SELECT {what} FROM {from} WHERE {rows} AND seq >= ?1 AND seq < ?2 AND run_id = ?3")
}

fn last(state: DeliveryState) -> String {
    format!("{} ORDER BY seq DESC LIMIT ?4", of_run("seq", state))
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
            let settled = ended(tx, RunRange { to: low_watermark, ..range })?;
            let rest = ended(tx, RunRange { from: low_watermark, ..range })?;
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

/// How many of a run are in a state, and the position of the first.
fn count_and_first(
    tx: &Transaction<'_>,
    state: DeliveryState,
    range: RunRange,
) -> Result<(u64, Option<LogPosition>), StoreError> {
    let RunRange { run, from, to } = range;
    let mut statement = tx.prepare_cached(&of_run("count(*), min(seq)", state))?;
    let (n, first): (i64, Option<i64>) = statement
        .query_row((from.number(), to.number(), run.number()), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((u64::try_from(n).unwrap_or(0), first.map(LogPosition::new)))
}

fn end(tx: &Transaction<'_>) -> Result<LogPosition, StoreError> {
    Ok(LogPosition::new(tx.prepare_cached(END)?.query_row([], |row| row.get(0))?))
}

/// How many of a run have ended, by outcome.
fn ended(tx: &Transaction<'_>, range: RunRange) -> Result<Counts, StoreError> {
    let count = |state| Ok::<_, StoreError>(count_and_first(tx, state, range)?.0);
    Ok(Counts {
        queued: 0,
        waiting: 0,
        delivered: count(DeliveryState::Delivered)?,
        failed: count(DeliveryState::Failed)?,
        cancelled: count(DeliveryState::Cancelled)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Choice as _;

    #[test]
    fn no_row_is_read_for_it() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        let counts = DeliveryState::ALL.iter().map(|state| of_run("count(*), min(seq)", *state));
        for sql in counts.chain([last(DeliveryState::Failed)]) {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.contains("COVERING INDEX"), "{plan}");
            assert!(plan.contains("seq>") || plan.contains("delivery_queued"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
