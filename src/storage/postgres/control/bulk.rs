//! One batch of a bulk change, in one transaction.

use jiff::Timestamp;

use crate::record::{BulkId, DeliveryId, DeliveryState, Summary};
use crate::storage::control::bulk::{BulkResult, Change};
use crate::storage::encoding::millis;
use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::bulk_actions;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::control::resend::{Resend, resend_once};
use crate::storage::postgres::control::retry_cancel::{cancel_all, hurry_all};
use crate::storage::postgres::producer::lanes::KnownLanes;
use crate::storage::postgres::retention::removal;
use crate::storage::retention::policy::Removed;

/// Deliveries as they were found, the states that are meant, and the time.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The deliveries.
    pub rows: &'a [Summary],
    /// What is in none of these by now is left as it is.
    pub states: &'a [DeliveryState],
    /// When.
    pub now: Timestamp,
    /// The action that it is a part of.
    pub bulk: Option<BulkId>,
}

impl Batch<'_> {
    fn positions(&self) -> Vec<i64> {
        self.rows.iter().map(|row| row.position.number()).collect()
    }

    fn is_meant(&self, state: DeliveryState) -> bool {
        self.states.contains(&state)
    }
}

/// Changes a batch. What has moved on since it was found is left as it is.
pub async fn apply(
    db: Db<'_>,
    lanes: &KnownLanes,
    change: Change,
    batch: &Batch<'_>,
) -> Result<BulkResult, StoreError> {
    let mut did = BulkResult { last: batch.rows.last().map(|row| row.id), ..BulkResult::default() };
    let mut members = Vec::new();
    match change {
        Change::Cancel => {
            let positions = batch.positions();
            let done = cancel_all(db, &positions, |state| batch.is_meant(state), batch.now).await?;
            did.cancelled = done.len() as u64;
        }
        Change::Remove => {
            let gone = removal::remove(db, &batch.positions(), |state| batch.is_meant(state)).await?;
            for row in batch.rows.iter().filter(|row| gone.contains(&row.position.number())) {
                did.removed.add(Removed { deliveries: 1, attempts: u64::from(row.attempts) });
            }
        }
        Change::Retry => retry(db, lanes, batch, (&mut did, &mut members)).await?,
    }
    did.left = (batch.rows.len() as u64).saturating_sub(did.done());
    if let Some(bulk) = batch.bulk {
        bulk_actions::note(db, bulk, millis(batch.now), &did, &members).await?;
    }
    Ok(did)
}

/// Retries pending deliveries now, and resends ended ones. Adds the positions of the retried and of the new ones.
async fn retry(
    db: Db<'_>,
    lanes: &KnownLanes,
    batch: &Batch<'_>,
    (did, members): (&mut BulkResult, &mut Vec<i64>),
) -> Result<(), StoreError> {
    let positions = batch.positions();
    let due = hurry_all(db, &positions, |state| batch.is_meant(state), batch.now).await?;
    did.due = due.len() as u64;
    members.extend(due);
    let ended = removal::ended(db, &positions, |state| batch.is_meant(state)).await?;
    for row in batch.rows.iter().filter(|row| ended.contains(&row.position.number())) {
        let resend = Resend { id: row.id, new_id: DeliveryId::generate(), at: batch.now };
        match resend_once(db, lanes, resend).await {
            Ok(new) => {
                did.again += u64::from(new.is_some());
                members.extend(new);
            }
            Err(error) if is_of_delivery(&error.problem) => {
                did.why.get_or_insert_with(|| error.problem.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether it is this delivery that cannot be sent again, and others can.
fn is_of_delivery(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::NoDelivery(_) | Problem::NoRequest(_) | Problem::TestedGone(_) | Problem::Unreadable { .. }
    )
}
