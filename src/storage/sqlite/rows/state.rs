//! The state of a delivery, read within the transaction that is about to change it.

use rusqlite::{OptionalExtension, Params, Transaction};

use crate::record::{DeliveryId, DeliveryState};
use crate::storage::error::StoreError;
use crate::storage::sqlite::rows::columns;

/// The deliveries in a state, in an index: the table and the condition.
pub fn rows_in(state: DeliveryState) -> (&'static str, &'static str) {
    match state {
        DeliveryState::Queued => ("delivery INDEXED BY delivery_queued", "state = 0"),
        DeliveryState::Waiting => (BY_STATE, "state = 1 AND state IS NOT 0"),
        DeliveryState::Delivered => (BY_STATE, "state = 2 AND state IS NOT 0"),
        DeliveryState::Failed => (BY_STATE, "state = 3 AND state IS NOT 0"),
        DeliveryState::Cancelled => (BY_STATE, "state = 4 AND state IS NOT 0"),
    }
}

/// The index of all except queued ones. `SQLite` uses it if the condition is written exactly like this.
const BY_STATE: &str = "delivery INDEXED BY delivery_by_state";

/// The row of a delivery, and its state; none if it is not in the log, or its state is invalid.
pub fn of(tx: &Transaction<'_>, id: DeliveryId) -> Result<Option<(i64, DeliveryState)>, StoreError> {
    find(tx, "SELECT seq, state FROM delivery WHERE id = ?1", [id.bytes()])
}

/// The state of the delivery in this row; none if there is no row, or its state is invalid.
pub fn of_row(tx: &Transaction<'_>, seq: i64) -> Result<Option<DeliveryState>, StoreError> {
    let found = find(tx, "SELECT seq, state FROM delivery WHERE seq = ?1", [seq])?;
    Ok(found.map(|(_, state)| state))
}

fn find(
    tx: &Transaction<'_>,
    sql: &str,
    key: impl Params,
) -> Result<Option<(i64, DeliveryState)>, StoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(columns::get(row, 1).and_then(columns::state).ok().map(|state| (row.get(0), state)))
    };
    match tx.prepare_cached(sql)?.query_row(key, read).optional()?.flatten() {
        Some((seq, state)) => Ok(Some((seq?, state))),
        None => Ok(None),
    }
}
