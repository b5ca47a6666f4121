//! What is to be sent next, read in full.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use crate::delivery::{Busy, Due, ErrorClass, State};
use crate::profile::Choice;

use super::columns::{Why, millis, time};
use super::error::StoreError;
use super::fair;
use super::job::Jobs;
use super::record::forget_tested;
use super::state;
use super::tally::Writing;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) due: Due,
    /// What cannot be sent since it cannot be read.
    pub(super) unreadable: Vec<(i64, Why)>,
}

/// At most `limit` deliveries that are due at `now` and can start.
pub(super) fn find(
    tx: &Transaction<'_>,
    now: Timestamp,
    limit: usize,
    busy: &Busy,
) -> Result<Found, StoreError> {
    let now = millis(now);
    let mut found = Found::default();
    let mut jobs = Jobs::new(tx);
    for chosen in fair::choose(tx, now, limit, busy)? {
        let row = chosen.row;
        match jobs.read(chosen)? {
            Ok(job) => found.due.jobs.push(job),
            Err(why) => found.unreadable.push((row, why)),
        }
    }
    found.due.next = next(tx, now)?;
    Ok(found)
}

/// Fails for good what cannot be read, so that it is neither looked at again nor lost from sight.
pub(super) fn give_up(tx: &Writing<'_>, now: Timestamp, unreadable: &[(i64, Why)]) -> Result<(), StoreError> {
    for (seq, why) in unreadable {
        let Some(state) = state::of_row(tx, *seq)?.filter(|state| state.is_pending()) else { continue };
        let message = format!("cannot be read from the database ({why}): send the event again");
        let sql = "UPDATE delivery SET state = 3, due_at = NULL, ended_at = ?2,
                       last_status = NULL, last_class = ?3, last_message = ?4
                   WHERE seq = ?1";
        let row = (seq, millis(now), ErrorClass::Request.name(), message);
        tx.prepare_cached(sql)?.execute(row)?;
        tx.moved(state, State::Failed);
        forget_tested(tx, *seq)?;
    }
    Ok(())
}

/// The earliest time after `now` at which a retry is due.
fn next(tx: &Transaction<'_>, now: i64) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT due_at FROM delivery INDEXED BY delivery_waiting
               WHERE state = 1 AND due_at > ?1 ORDER BY due_at LIMIT 1";
    let next: Option<i64> = tx.prepare_cached(sql)?.query_row([now], |row| row.get(0)).optional()?;
    // A time that no clock will show is of a row without meaning, and all after it are later still.
    Ok(next.and_then(|ms| time(ms).ok()))
}
