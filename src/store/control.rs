//! What a person does to a delivery that is still to be sent: stop it, or hurry it.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction};

use crate::delivery::DeliveryId;

use super::Store;
use super::columns::millis;
use super::error::StoreError;
use super::record::forget_tested;

impl Store {
    /// Cancels a delivery. Whether it was still to be sent; an attempt under way runs to its end.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn cancel(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let now = millis(Timestamp::now());
        self.write(move |tx| cancel(tx, id, now)).await
    }

    /// Makes a delivery due now. Whether it is still to be sent.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn retry_now(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let now = millis(Timestamp::now());
        self.write(move |tx| retry_now(tx, id, now)).await
    }
}

/// Moves the time of all that waits.
pub(super) fn shift(tx: &Transaction<'_>, by: SignedDuration) -> Result<(), StoreError> {
    let ms = i64::try_from(by.as_millis()).unwrap_or(0);
    tx.execute("UPDATE delivery SET due_at = due_at + ?1 WHERE state = 1", [ms])?;
    steered(tx)
}

/// What was read of pending deliveries may no longer hold.
pub(super) fn steered(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE revision SET steering = steering + 1")?.execute([])?;
    Ok(())
}

/// Cancels a delivery at `now`, in milliseconds. Whether it was still to be sent.
pub(super) fn cancel(tx: &Transaction<'_>, id: DeliveryId, now: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE delivery SET state = 4, due_at = NULL, ended_at = ?2
               WHERE id = ?1 AND state < 2 RETURNING seq";
    let seq = changed(tx, sql, id, now)?;
    if let Some(seq) = seq {
        forget_tested(tx, seq)?;
    }
    Ok(seq.is_some())
}

/// Makes a delivery due at `now`, in milliseconds. Whether it is still to be sent.
pub(super) fn retry_now(tx: &Transaction<'_>, id: DeliveryId, now: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE delivery SET due_at = min(due_at, ?2)
               WHERE id = ?1 AND state < 2 RETURNING seq";
    Ok(changed(tx, sql, id, now)?.is_some())
}

fn changed(tx: &Transaction<'_>, sql: &str, id: DeliveryId, now: i64) -> Result<Option<i64>, StoreError> {
    let seq = tx.prepare_cached(sql)?.query_row((id.bytes(), now), |row| row.get(0)).optional()?;
    if seq.is_some() {
        steered(tx)?;
    }
    Ok(seq)
}
