//! One batch of a bulk change, in one transaction.

use jiff::Timestamp;

use crate::clock;
use crate::record::{BulkId, DeliveryId, DeliveryState, Summary};
use crate::storage::control::bulk::{BulkResult, Change};
use crate::storage::error::{Problem, StoreError};
use crate::storage::retention::policy::Removed;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::bulk_actions;
use crate::storage::sqlite::control::{resend, retry_cancel};
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::retention::prune;
use crate::storage::sqlite::rows::columns::millis;
use crate::storage::sqlite::rows::state;

impl Store {
    /// Changes these deliveries in one transaction; one that is in none of `states` by now is not changed.
    ///
    /// # Errors
    /// The file cannot be written; then none of them was changed.
    pub async fn apply_batch(
        &self,
        change: Change,
        found: Vec<Summary>,
        states: Vec<DeliveryState>,
        bulk: Option<BulkId>,
    ) -> Result<BulkResult, StoreError> {
        let now = clock::now();
        self.write(move |tx| {
            let mut members = Vec::new();
            let did = apply(tx, change, &found, &states, (now, &mut members))?;
            if let Some(bulk) = bulk {
                bulk_actions::note(tx, bulk, millis(now), &did, &members)?;
            }
            Ok(did)
        })
        .await
    }
}

/// The part of one transaction. Deliveries that have changed since they were found are skipped; the positions of those
/// that are retried, and of the new ones, are added to `members`.
fn apply(
    tx: &Writing<'_>,
    change: Change,
    rows: &[Summary],
    of: &[DeliveryState],
    (now, members): (Timestamp, &mut Vec<i64>),
) -> Result<BulkResult, StoreError> {
    let mut did = BulkResult::default();
    for row in rows {
        let id = row.id;
        did.last = Some(id);
        let found = state::of(tx, id)?.filter(|(_, state)| of.contains(state));
        let done = match (change, found) {
            (_, None) => false,
            (Change::Retry, Some((seq, state))) if state.is_pending() => {
                let is_due = retry_cancel::retry_now(tx, id, millis(now))?;
                members.extend(is_due.then_some(seq));
                count(is_due, &mut did.due)
            }
            // Another session was first: its delivery is the current one from now on.
            (Change::Retry, Some(_)) if resend::was_sent_again(tx, id)? => false,
            (Change::Retry, Some(_)) => match resend::resend(tx, id, DeliveryId::generate(), now) {
                Ok(seq) => {
                    members.push(seq);
                    count(true, &mut did.again)
                }
                Err(error) if of_delivery(&error.problem) => {
                    did.why.get_or_insert_with(|| error.problem.to_string());
                    false
                }
                Err(error) => return Err(error),
            },
            (Change::Cancel, Some(_)) => {
                count(retry_cancel::cancel(tx, id, millis(now))?, &mut did.cancelled)
            }
            (Change::Remove, Some(_)) => {
                let removed = prune::remove(tx, id)?;
                if removed {
                    did.removed.add(Removed { deliveries: 1, attempts: u64::from(row.attempts) });
                }
                removed
            }
        };
        did.left += u64::from(!done);
    }
    Ok(did)
}

fn count(done: bool, into: &mut u64) -> bool {
    *into += u64::from(done);
    done
}

/// Whether only this delivery cannot be resent, while others can.
fn of_delivery(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::NoDelivery(_) | Problem::NoRequest(_) | Problem::TestedGone(_) | Problem::Unreadable { .. }
    )
}
