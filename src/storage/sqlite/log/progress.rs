//! The progress of the deliveries of one run, in bounded memory.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Transaction};

use crate::profile::Choice;
use crate::record::{DeliveryId, DeliveryState, LogPosition, RunId, RunRange, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::batch_progress::BatchProgress;
use crate::storage::log::counts::Counts;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::summaries;
use crate::storage::sqlite::rows::columns::state_number;

/// All read nothing but an index of states, positions and runs.
const COUNT: &str = "SELECT count(*) FROM delivery INDEXED BY delivery_by_state
     WHERE state = ?1 AND seq >= ?2 AND seq < ?3 AND run_id = ?4";
const FIRST: &str = "SELECT seq FROM delivery INDEXED BY delivery_by_state
     WHERE state = ?1 AND seq >= ?2 AND seq < ?3 AND run_id = ?4 ORDER BY seq LIMIT 1";
const LAST: &str = "SELECT seq FROM delivery INDEXED BY delivery_by_state
     WHERE state = ?1 AND seq >= ?2 AND seq < ?3 AND run_id = ?4 ORDER BY seq DESC LIMIT ?5";

/// Deliveries accepted later have a later position.
const END: &str = "SELECT coalesce(max(seq), 0) + 1 FROM delivery";

impl Store {
    /// Counts the deliveries of a run. Takes time for each, so the next question begins at the
    /// `low_watermark` of this one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn batch_progress(&self, range: RunRange) -> Result<BatchProgress, StoreError> {
        self.read(move |tx| {
            let pending = DeliveryState::ALL.iter().filter(|state| state.is_pending());
            let firsts: Result<Vec<_>, _> = pending.map(|state| first(tx, *state, range)).collect();
            let low_watermark = match firsts?.into_iter().flatten().min() {
                Some(pending) => pending,
                None => end(tx)?.clamp(range.from, range.to),
            };
            let settled = counts(tx, RunRange { to: low_watermark, ..range })?;
            let rest = counts(tx, RunRange { from: low_watermark, ..range })?;
            Ok(BatchProgress { settled, rest, low_watermark })
        })
        .await
    }

    /// The deliveries of a run that are in this state, the newest first: at most `limit`. Without those
    /// whose rows have no meaning.
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
            let mut statement = tx.prepare_cached(LAST)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let params = (state_number(state), from.number(), to.number(), run.number(), limit);
            let rows = statement.query_map(params, |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
            summaries::of_rows(tx, &rows)
        })
        .await
    }

    /// Those of these deliveries that a run has accepted.
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

fn first(
    tx: &Transaction<'_>,
    state: DeliveryState,
    range: RunRange,
) -> Result<Option<LogPosition>, StoreError> {
    let RunRange { run, from, to } = range;
    let params = (state_number(state), from.number(), to.number(), run.number());
    let found = tx.prepare_cached(FIRST)?.query_row(params, |row| row.get(0)).optional()?;
    Ok(found.map(LogPosition::new))
}

fn end(tx: &Transaction<'_>) -> Result<LogPosition, StoreError> {
    Ok(LogPosition::new(tx.prepare_cached(END)?.query_row([], |row| row.get(0))?))
}

fn counts(tx: &Transaction<'_>, range: RunRange) -> Result<Counts, StoreError> {
    let RunRange { run, from, to } = range;
    let mut statement = tx.prepare_cached(COUNT)?;
    let mut count = |state| -> Result<u64, StoreError> {
        let params = (state_number(state), from.number(), to.number(), run.number());
        let n: i64 = statement.query_row(params, |row| row.get(0))?;
        Ok(u64::try_from(n).unwrap_or(0))
    };
    Ok(Counts {
        queued: count(DeliveryState::Queued)?,
        waiting: count(DeliveryState::Waiting)?,
        delivered: count(DeliveryState::Delivered)?,
        failed: count(DeliveryState::Failed)?,
        cancelled: count(DeliveryState::Cancelled)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_read_for_it() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        for sql in [COUNT, FIRST, LAST] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.contains("COVERING INDEX") && plan.contains("seq>"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
