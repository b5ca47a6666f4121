//! How the deliveries of one series stand, however many they are.

use rusqlite::{OptionalExtension, Transaction};

use crate::profile::Choice;
use crate::record::{DeliveryId, Mark, State};
use crate::storage::error::StoreError;
use crate::storage::log::batch_progress::BatchProgress;
use crate::storage::log::counts::Counts;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rows::columns::state_number;

/// Both read nothing but an index of states and ids. The mark stands at [`Mark::PLACE`].
const COUNT: &str = "SELECT count(*) FROM delivery
     WHERE state = ?1 AND id >= ?2 AND id < ?3 AND substr(id, 7, 6) = ?4";
const FIRST: &str = "SELECT id FROM delivery
     WHERE state = ?1 AND id >= ?2 AND id < ?3 AND substr(id, 7, 6) = ?4 ORDER BY id LIMIT 1";

impl Store {
    /// Counts the deliveries of a series with ids from `from` up to, and without, `to`. Takes time
    /// for each, so the next question begins at the low watermark of this one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn batch_progress(
        &self,
        mark: Mark,
        from: DeliveryId,
        to: DeliveryId,
    ) -> Result<BatchProgress, StoreError> {
        self.read(move |tx| {
            let pending = State::ALL.iter().filter(|state| state.is_pending());
            let firsts: Result<Vec<_>, _> = pending.map(|state| first(tx, mark, *state, from, to)).collect();
            let low_watermark = firsts?.into_iter().flatten().min().unwrap_or(to);
            let settled = counts(tx, mark, from, low_watermark)?;
            Ok(BatchProgress { settled, rest: counts(tx, mark, low_watermark, to)?, low_watermark })
        })
        .await
    }
}

fn first(
    tx: &Transaction<'_>,
    mark: Mark,
    state: State,
    from: DeliveryId,
    to: DeliveryId,
) -> Result<Option<DeliveryId>, StoreError> {
    let params = (state_number(state), from.bytes(), to.bytes(), mark.bytes());
    let found = tx.prepare_cached(FIRST)?.query_row(params, |row| row.get(0)).optional()?;
    Ok(found.map(DeliveryId::from_bytes))
}

fn counts(tx: &Transaction<'_>, mark: Mark, from: DeliveryId, to: DeliveryId) -> Result<Counts, StoreError> {
    let mut statement = tx.prepare_cached(COUNT)?;
    let mut count = |state| -> Result<u64, StoreError> {
        let params = (state_number(state), from.bytes(), to.bytes(), mark.bytes());
        let n: i64 = statement.query_row(params, |row| row.get(0))?;
        Ok(u64::try_from(n).unwrap_or(0))
    };
    Ok(Counts {
        queued: count(State::Queued)?,
        waiting: count(State::Waiting)?,
        delivered: count(State::Delivered)?,
        failed: count(State::Failed)?,
        cancelled: count(State::Cancelled)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_looked_for_at_its_place() {
        let sql = format!("substr(id, {}, {})", Mark::PLACE.start + 1, Mark::PLACE.len());
        assert!(COUNT.contains(&sql) && FIRST.contains(&sql));
    }

    #[test]
    fn no_row_is_read_for_it() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        for sql in [COUNT, FIRST] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.contains("COVERING INDEX") && plan.contains("id>"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
