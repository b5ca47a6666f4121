//! Cancelling a pending delivery, or making it due.

use rusqlite::Transaction;

use crate::clock;
use crate::record::{DeliveryId, DeliveryState};
use crate::storage::error::StoreError;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::revision::steered;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::queue::record::forget_tested;
use crate::storage::sqlite::rows::columns::millis;
use crate::storage::sqlite::rows::salvage::on_row;
use crate::storage::sqlite::rows::state;

impl Store {
    /// Cancels a delivery. Returns whether it was pending; an attempt in flight is completed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn cancel(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let now = millis(clock::now());
        self.write(move |tx| cancel(tx, id, now)).await
    }

    /// Makes a delivery due now. Returns whether it is pending.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn retry_now(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let now = millis(clock::now());
        self.write(move |tx| retry_now(tx, id, now)).await
    }
}

/// Cancels a delivery at `now`, in milliseconds. Returns whether it was pending.
pub fn cancel(tx: &Writing<'_>, id: DeliveryId, now: i64) -> Result<bool, StoreError> {
    let Some((seq, state)) = pending(tx, id)? else { return Ok(false) };
    let sql = "UPDATE delivery SET state = 4, due_at = NULL, ended_at = ?2 WHERE seq = ?1";
    on_row(tx, seq, || tx.prepare_cached(sql)?.execute((seq, now)))?;
    tx.moved(state, DeliveryState::Cancelled);
    tx.count(state::lane_of(tx, seq)?, RollupMark::cancelled(now));
    forget_tested(tx, seq)?;
    steered(tx)?;
    Ok(true)
}

/// Makes a delivery due at `now`, in milliseconds. Returns whether it is pending.
pub fn retry_now(tx: &Writing<'_>, id: DeliveryId, now: i64) -> Result<bool, StoreError> {
    let Some((seq, state)) = pending(tx, id)? else { return Ok(false) };
    // Deliveries without a time are due now, too.
    let sql = "UPDATE delivery SET due_at = coalesce(min(due_at, ?2), ?2) WHERE seq = ?1";
    on_row(tx, seq, || tx.prepare_cached(sql)?.execute((seq, now)))?;
    if state == DeliveryState::Queued {
        // Another program may have removed it from its queue.
        let sql = "INSERT OR IGNORE INTO queued
                   SELECT lane, seq, run_id FROM delivery WHERE seq = ?1 AND typeof(lane) = 'integer'";
        tx.prepare_cached(sql)?.execute([seq])?;
    }
    tx.touched();
    steered(tx)?;
    Ok(true)
}

/// The row and the state of a pending delivery.
fn pending(tx: &Transaction<'_>, id: DeliveryId) -> Result<Option<(i64, DeliveryState)>, StoreError> {
    let found = state::of(tx, id)?;
    Ok(found.filter(|(_, state)| state.is_pending()))
}
