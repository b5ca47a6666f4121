//! Bulk changes, one batch at a time: others write in between, and the change can be stopped after any batch.

use crate::record::{BulkId, DeliveryId, Summary};
use crate::storage::control::Control;
use crate::storage::error::StoreError;
use crate::storage::log::Log;
use crate::storage::log::filter::Filter;
use crate::storage::log::page::SCAN_LIMIT;
use crate::storage::log::status_filter::StateFilter;
use crate::storage::retention::policy::{MOST_ROWS, Removed, fitting};
use crate::storage::unreadable::PassedOver;

/// How many deliveries are changed in one transaction.
pub const BATCH: usize = 200;

/// The kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Makes waiting deliveries due now; resends ended ones as new deliveries. Each only once: for a delivery that
    /// was resent, the new one is to be retried.
    Retry,
    /// Makes no further attempts.
    Cancel,
    /// Removes deliveries from the log.
    Remove,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkResult {
    /// Waiting deliveries that are due now.
    pub due: u64,
    /// Ended deliveries that were resent as new ones.
    pub again: u64,
    /// Pending deliveries that were cancelled.
    pub cancelled: u64,
    /// Deliveries that were removed from the log.
    pub removed: Removed,
    /// Deliveries that were not changed.
    pub left: u64,
    /// Why the first of those was not changed, if it could not be resent.
    pub why: Option<String>,
    /// The last one processed: all further matches are older.
    pub last: Option<DeliveryId>,
    /// Unreadable rows, which may match or not.
    pub passed_over: PassedOver,
}

impl BulkResult {
    /// How many deliveries were changed.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.due + self.again + self.cancelled + self.removed.deliveries
    }

    /// Adds a later result.
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
    /// The filter, restricted to the states that this applies to. Deliveries resent meanwhile are accepted after
    /// them, and not visited.
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

/// Changes the next matching deliveries, newest first: few enough not to be noticeable, found within the scan limit
/// of one query; as a part of a bulk action, if it is one of [`BulkActions`](crate::storage::BulkActions). Returns the
/// result, and the filter for the next ones; none if there are no more.
///
/// # Errors
/// The store cannot be read or written; then nothing of this batch was changed.
pub async fn change_next<S: Log + Control + ?Sized>(
    store: &S,
    change: Change,
    filter: &Filter,
    bulk: Option<BulkId>,
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
        did = store.apply_batch(change, found.rows, filter.states(), bulk).await?;
    }
    did.passed_over.extend(found.unreadable);
    Ok((did, after))
}
