//! How far sending lags behind: since when the delivery has been due that has been due for longest.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use crate::clock;
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::control::blocked::{self, Lane};
use crate::storage::sqlite::control::pause::BlockedProfiles;
use crate::storage::sqlite::rows::columns::{get, millis};

const FIRST: &str = "SELECT seq FROM queued WHERE lane = ?1 ORDER BY seq LIMIT 1";
const FIRST_RETRY: &str = "SELECT due_at FROM delivery INDEXED BY delivery_waiting_by_lane
     WHERE state = 1 AND lane = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT 1";

impl Store {
    /// As [`Control::longest_due`](crate::storage::Control::longest_due).
    pub(in crate::storage::sqlite) async fn longest_due(&self) -> Result<Option<Duration>, StoreError> {
        let now = clock::now();
        self.read(move |tx| {
            let since = [first_queued(tx)?, first_waiting(tx, now)?].into_iter().flatten().min();
            let ms = since.map(|since| millis(now).saturating_sub(since));
            Ok(ms.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
        })
        .await
    }
}

/// When the first one without an attempt was accepted. The first to be accepted counts, whatever the clock showed.
fn first_queued(tx: &Transaction<'_>) -> Result<Option<i64>, StoreError> {
    let closed = BlockedProfiles::read(tx)?;
    let mut first: Option<i64> = None;
    for Lane { number, profile, manual } in blocked::lanes(tx, blocked::QUEUED)? {
        if !closed.blocks(&profile, manual)? {
            let of_lane: Option<i64> =
                tx.prepare_cached(FIRST)?.query_row([number], |row| row.get(0)).optional()?;
            first = first.into_iter().chain(of_lane).min();
        }
    }
    let Some(seq) = first else { return Ok(None) };
    let sql = "SELECT accepted_at FROM delivery WHERE seq = ?1";
    let accepted_at = tx.prepare_cached(sql)?.query_row([seq], |row| Ok(get(row, 0).ok())).optional()?;
    Ok(accepted_at.flatten())
}

/// When the first of the retries was due that are due by now.
fn first_waiting(tx: &Transaction<'_>, now: Timestamp) -> Result<Option<i64>, StoreError> {
    let closed = BlockedProfiles::read(tx)?;
    let mut first: Option<i64> = None;
    for Lane { number, profile, manual } in blocked::lanes(tx, blocked::WAITING)? {
        if !closed.blocks(&profile, manual)? {
            let mut retry = tx.prepare_cached(FIRST_RETRY)?;
            let due_at = retry.query_row((number, millis(now)), |row| Ok(get(row, 0).ok())).optional()?;
            first = first.into_iter().chain(due_at.flatten()).min();
        }
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_lane_one_entry_of_an_index_is_read() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        for sql in [FIRST, FIRST_RETRY] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            let of_queued = plan.starts_with("SEARCH queued USING PRIMARY KEY (lane");
            assert!(of_queued || plan.starts_with("SEARCH delivery USING COVERING INDEX"), "{plan}");
            assert!(rows.next().unwrap().is_none(), "nothing is sorted: {sql}");
        }
    }
}
