//! What is done to many deliveries at once, a batch at a time: others' writes go in between, and it
//! can be left after any batch.

use jiff::{SignedDuration, Timestamp};

use crate::clock;
use crate::record::{DeliveryId, State, Summary};
use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::control::{resend, retry_cancel};
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::log::filter::Filter;
use crate::storage::sqlite::log::search::LOOKED_AT;
use crate::storage::sqlite::log::status_filter::StateFilter;
use crate::storage::sqlite::retention::prune::{self, MOST_ROWS, Removed};
use crate::storage::sqlite::rows::columns::millis;
use crate::storage::sqlite::rows::state;
use crate::storage::sqlite::rows::unreadable::PassedOver;

/// Most deliveries that are changed in one transaction.
pub const BATCH: usize = 200;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// What waits is due now; what has ended is sent again, as a new delivery. Only once: of what was
    /// sent again the new delivery is the one to be tried.
    Retry,
    /// No further try is made.
    Cancel,
    /// It goes out of the log.
    Remove,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Did {
    /// Were waiting, and are due now.
    pub due: u64,
    /// Had ended, and are sent again as new deliveries.
    pub again: u64,
    /// Were to be sent, and are cancelled.
    pub cancelled: u64,
    /// Are no longer in the log.
    pub removed: Removed,
    /// Were left as they are.
    pub left: u64,
    /// Why the first of those was, where it could not be sent again.
    pub why: Option<String>,
    /// The last that was dealt with: all others that fit are older.
    pub last: Option<DeliveryId>,
    /// Cannot be read, and may fit or not.
    pub passed_over: PassedOver,
}

impl Did {
    /// How many deliveries something was done to.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.due + self.again + self.cancelled + self.removed.deliveries
    }

    /// Adds what was done after this.
    pub fn add(&mut self, then: Self) {
        self.due += then.due;
        self.again += then.again;
        self.cancelled += then.cancelled;
        self.removed.add(then.removed);
        self.left += then.left;
        self.why = self.why.take().or(then.why);
        self.last = then.last.or(self.last);
        self.passed_over.append(then.passed_over);
    }
}

impl Change {
    /// The filter with only those left that this can be done to, and that are there at `now`: what
    /// is sent again meanwhile is not met again.
    #[must_use]
    pub fn of(self, mut filter: Filter, now: Timestamp) -> Filter {
        let later = now.checked_add(SignedDuration::from_millis(1)).ok().map(DeliveryId::first_at);
        filter.before = filter.before.into_iter().chain(later).min();
        filter.not_again |= self == Self::Retry;
        filter.state = filter.state.or(Some(match self {
            Self::Retry => StateFilter::Retriable,
            Self::Cancel => StateFilter::Pending,
            Self::Remove => StateFilter::Ended,
        }));
        filter
    }
}

impl Store {
    /// Does this to the next deliveries that fit, newest first: to few enough that nobody notices,
    /// found by looking at as many as one question may. Gives what was done, and the filter for those
    /// that come after; none when there are no more.
    ///
    /// # Errors
    /// The file cannot be read or written; then nothing of this batch was done.
    pub async fn change_next(
        &self,
        change: Change,
        filter: &Filter,
    ) -> Result<(Did, Option<Filter>), StoreError> {
        let batch = Filter { limit: BATCH, ..filter.clone() };
        let mut found = self.search(&batch, LOOKED_AT).await?;
        if change == Change::Remove {
            let rows = |row: &Summary| 1 + u64::from(row.attempts);
            let fit = prune::fitting(found.rows.iter().map(rows), MOST_ROWS);
            found.cut(fit);
        }
        let after = found.next.map(|next| Filter { before: Some(next), ..batch });
        let mut did = Did::default();
        let unreadable = std::mem::take(&mut found.unreadable);
        if !found.rows.is_empty() {
            let (now, of) = (clock::now(), filter.states());
            did = self.write(move |tx| apply(tx, change, &found.rows, &of, now)).await?;
        }
        did.passed_over.extend(unreadable);
        Ok((did, after))
    }
}

/// One transaction's part. What has moved on since it was found is left as it is.
fn apply(
    tx: &Writing<'_>,
    change: Change,
    rows: &[Summary],
    of: &[State],
    now: Timestamp,
) -> Result<Did, StoreError> {
    let mut did = Did::default();
    for row in rows {
        let id = row.id;
        did.last = Some(id);
        let state = state::of(tx, id)?.map(|(_, state)| state).filter(|state| of.contains(state));
        let done = match (change, state) {
            (_, None) => false,
            (Change::Retry, Some(state)) if state.is_pending() => {
                count(retry_cancel::retry_now(tx, id, millis(now))?, &mut did.due)
            }
            // Another session was first: its delivery is the one to be tried from now on.
            (Change::Retry, Some(_)) if resend::was_sent_again(tx, id)? => false,
            (Change::Retry, Some(_)) => match resend::send_again(tx, id, DeliveryId::generate(), now) {
                Ok(()) => count(true, &mut did.again),
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

/// Whether it is this delivery that cannot be sent again, and others can.
fn of_delivery(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::NoDelivery(_) | Problem::NoRequest(_) | Problem::TestedGone(_) | Problem::Unreadable { .. }
    )
}
