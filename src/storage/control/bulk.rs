//! What is done to many deliveries at once, a batch at a time: others' writes go in between, and it
//! can be left after any batch.

use crate::record::{DeliveryId, Summary};
use crate::storage::control::Control;
use crate::storage::error::StoreError;
use crate::storage::log::Log;
use crate::storage::log::filter::Filter;
use crate::storage::log::page::SCAN_LIMIT;
use crate::storage::log::status_filter::StateFilter;
use crate::storage::retention::policy::{MOST_ROWS, Removed, fitting};
use crate::storage::unreadable::PassedOver;

/// Most deliveries that are changed in one transaction.
pub const BATCH: usize = 200;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// What waits is due now; what has ended is sent again, as a new delivery. Only once: of what was
    /// sent again the new delivery is the one to be tried.
    Retry,
    /// No further attempt is made.
    Cancel,
    /// It goes out of the log.
    Remove,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkResult {
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

impl BulkResult {
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
    /// The filter with only those left that this can be done to. What is resent meanwhile is accepted after
    /// them, and not met again.
    #[must_use]
    pub fn of(self, mut filter: Filter) -> Filter {
        filter.not_again |= self == Self::Retry;
        filter.state = filter.state.or(Some(match self {
            Self::Retry => StateFilter::Retriable,
            Self::Cancel => StateFilter::Pending,
            Self::Remove => StateFilter::Ended,
        }));
        filter
    }
}

/// Does this to the next deliveries that fit, newest first: to few enough that nobody notices, found by
/// looking at as many as one question may. Gives what was done, and the filter for those that come after;
/// none when there are no more.
///
/// # Errors
/// The store cannot be read or written; then nothing of this batch was done.
pub async fn change_next<S: Log + Control + ?Sized>(
    store: &S,
    change: Change,
    filter: &Filter,
) -> Result<(BulkResult, Option<Filter>), StoreError> {
    let batch = Filter { limit: BATCH, ..filter.clone() };
    let mut found = store.search(&batch, SCAN_LIMIT).await?;
    if change == Change::Remove {
        let rows = |row: &Summary| 1 + u64::from(row.attempts);
        let fit = fitting(found.rows.iter().map(rows), MOST_ROWS);
        found.cut(fit);
    }
    let after = found.next.map(|next| Filter { before: Some(next), ..batch });
    let mut did = BulkResult::default();
    if !found.rows.is_empty() {
        did = store.apply_batch(change, found.rows, filter.states()).await?;
    }
    did.passed_over.extend(found.unreadable);
    Ok((did, after))
}
