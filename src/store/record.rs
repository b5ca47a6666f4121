//! What came of an attempt.

use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::delivery::{Attempt, Next, Outcome, State};
use crate::profile::Choice;

use super::columns::{headers_text, millis, state_number};
use super::error::StoreError;
use super::failing::Failing;

/// Adds the attempts, and moves their deliveries on. A profile of which so many fail for good in a
/// row is disabled; with 0 none ever is.
pub(super) fn record_all(
    tx: &Transaction<'_>,
    outcomes: &[Outcome],
    disable_after: u32,
) -> Result<(), StoreError> {
    let mut failing = Failing::new(disable_after);
    for outcome in outcomes {
        if record(tx, outcome)? {
            failing.note(tx, outcome)?;
        }
    }
    failing.settle(tx)
}

/// Adds the attempt, and moves its delivery on unless it was stopped meanwhile. A delivery that is
/// no longer there has nothing to record. Whether the delivery has ended by this.
fn record(tx: &Transaction<'_>, outcome: &Outcome) -> Result<bool, StoreError> {
    let attempt = &outcome.attempt;
    let ended_at = millis(attempt.started_at) + i64::from(attempt.duration_ms);
    let (state, due_at, ended_at) = match outcome.next {
        Next::Delivered => (State::Delivered, None, Some(ended_at)),
        Next::Failed => (State::Failed, None, Some(ended_at)),
        Next::Retry(at) => (State::Waiting, Some(millis(at)), None),
    };
    // By number: each name would be looked up for each row. `OR FAIL`, since without it each row is
    // made ready to be undone alone; here the whole command is undone.
    let sql = "UPDATE OR FAIL delivery SET
                   state = iif(state < 2, ?3, state),
                   due_at = iif(state < 2, ?4, NULL),
                   ended_at = iif(state < 2, ?5, ended_at),
                   attempts = max(attempts, ?6), last_status = ?7, last_class = ?8,
                   last_message = ?9, last_ms = ?10
               WHERE seq = ?1 AND id = ?2 RETURNING was_tested, state";
    let seq = outcome.place.row;
    let found: Option<(bool, i64)> = tx
        .prepare_cached(sql)?
        .query_row(
            params![
                seq,
                outcome.id.bytes(),
                state_number(state),
                due_at,
                ended_at,
                attempt.n,
                attempt.status,
                attempt.error.as_ref().map(|f| f.class.name()),
                attempt.error.as_ref().map(|f| f.message.as_str()),
                attempt.duration_ms,
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((was_tested, stands)) = found else { return Ok(false) };
    let is_new = append(tx, seq, attempt)?;
    if was_tested && !state.is_pending() {
        forget_tested(tx, seq)?;
    }
    Ok(is_new && !state.is_pending() && stands == state_number(state))
}

/// Credentials of a test are not kept once its delivery has ended.
pub(super) fn forget_tested(tx: &Transaction<'_>, seq: i64) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM tested WHERE delivery = ?1")?.execute([seq])?;
    Ok(())
}

/// Adds a row to the log. The same attempt told twice is one: the answer to the first telling may
/// have been lost. Whether it is told for the first time.
fn append(tx: &Transaction<'_>, seq: i64, attempt: &Attempt) -> Result<bool, StoreError> {
    let sql = "INSERT INTO attempt
                   (key, started_at, duration_ms, address, status, class, message,
                    response_cut, response_headers, response_body)
               VALUES (?1 << 10 | ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
               ON CONFLICT (key) DO NOTHING";
    let added = tx.prepare_cached(sql)?.execute(params![
        seq,
        attempt.n,
        millis(attempt.started_at),
        attempt.duration_ms,
        attempt.address.map(|address| address.to_string()),
        attempt.status,
        attempt.error.as_ref().map(|f| f.class.name()),
        attempt.error.as_ref().map(|f| f.message.as_str()),
        attempt.response_cut,
        headers_text(&attempt.response_headers),
        attempt.response_body,
    ])?;
    Ok(added > 0)
}
