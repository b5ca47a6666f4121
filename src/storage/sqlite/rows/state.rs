//! The state of a delivery, read within the transaction that is about to change it.

use rusqlite::{OptionalExtension, Params, Transaction};

use crate::record::{DeliveryId, DeliveryState};
use crate::storage::error::StoreError;
use crate::storage::sqlite::rows::columns;
use crate::storage::sqlite::rows::outcome::IS_IN_DELIVERED;

/// The deliveries in a state: the tables or indexes that contain them, and the conditions. `SQLite` uses the index if
/// the condition is written exactly like this.
pub fn rows_in(state: DeliveryState) -> &'static [(&'static str, &'static str)] {
    match state {
        DeliveryState::Queued => &[("queued", "1")],
        DeliveryState::Waiting => &[(BY_STATE, "state = 1 AND state IS NOT 0")],
        DeliveryState::Delivered => &[(BY_STATE, "state = 2 AND state IS NOT 0"), ("delivered", "1")],
        DeliveryState::Failed => &[(BY_STATE, "state = 3 AND state IS NOT 0")],
        DeliveryState::Cancelled => &[(BY_STATE, "state = 4 AND state IS NOT 0")],
    }
}

/// The index of all whose outcome is in their rows.
const BY_STATE: &str = "delivery INDEXED BY delivery_by_state";

/// The row of a delivery, and its state; none if it is not in the log, or its state is invalid.
pub fn of(tx: &Transaction<'_>, id: DeliveryId) -> Result<Option<(i64, DeliveryState)>, StoreError> {
    let sql = format!("SELECT seq, iif({IS_IN_DELIVERED}, 2, state) FROM delivery WHERE id = ?1");
    find(tx, &sql, [id.bytes()])
}

/// The state of the delivery in this row; none if there is no row, or its state is invalid.
pub fn of_row(tx: &Transaction<'_>, seq: i64) -> Result<Option<DeliveryState>, StoreError> {
    let sql = format!("SELECT seq, iif({IS_IN_DELIVERED}, 2, state) FROM delivery WHERE seq = ?1");
    let found = find(tx, &sql, [seq])?;
    Ok(found.map(|(_, state)| state))
}

/// The lane of the delivery in this row; 0, which is none, if it cannot be read.
pub fn lane_of(tx: &Transaction<'_>, seq: i64) -> Result<i64, StoreError> {
    let mut select = tx.prepare_cached("SELECT lane FROM delivery WHERE seq = ?1")?;
    let lane = select.query_row([seq], |row| Ok(columns::get(row, 0).unwrap_or(0))).optional()?;
    Ok(lane.unwrap_or(0))
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
