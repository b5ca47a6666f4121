//! A change of all deliveries that match a filter.

use crate::clock;
use crate::record::BulkId;
use crate::storage::{BulkResult, Change, Filter, NewBulkAction, Storage, StoreError, change_next};

/// Notes that a bulk retry or resend begins, of `wanted` deliveries that `what` describes; other changes are not noted.
/// What it changes is looked up by its id. When it changes no more, call [`end_bulk_action`].
///
/// [`end_bulk_action`]: crate::storage::BulkActions::end_bulk_action
///
/// # Errors
/// The store cannot be written.
pub async fn begin_bulk(
    store: &dyn Storage,
    change: Change,
    what: String,
    wanted: u64,
) -> Result<Option<BulkId>, StoreError> {
    if change != Change::Retry || wanted == 0 {
        return Ok(None);
    }
    let id = BulkId::generate();
    store.begin_bulk_action(NewBulkAction { id, begun_at: clock::now(), what, wanted }).await?;
    Ok(Some(id))
}

/// Makes a change batch by batch, as a part of a bulk action if it is one, and adds the results to `did`. Before each
/// batch `next` may end it: what was done until then stays done.
///
/// # Errors
/// The store cannot be read or written, or the error of `next`.
pub async fn change_all<E: From<StoreError>>(
    store: &dyn Storage,
    (change, bulk): (Change, Option<BulkId>),
    filter: Filter,
    did: &mut BulkResult,
    mut next: impl FnMut(&BulkResult) -> Result<(), E> + Send,
) -> Result<(), E> {
    let mut left = Some(filter);
    while let Some(filter) = left {
        next(did)?;
        let (then, after) = change_next(store, change, &filter, bulk).await?;
        did.add(then);
        left = after;
    }
    Ok(())
}
