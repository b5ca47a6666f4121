//! A change of all deliveries that match a filter.

use crate::storage::{BulkResult, Change, Filter, Storage, StoreError, change_next};

/// Makes a change batch by batch, and adds the results to `did`. Before each batch `next` may end it: what was done
/// until then stays done.
///
/// # Errors
/// The store cannot be read or written, or the error of `next`.
pub async fn change_all<E: From<StoreError>>(
    store: &dyn Storage,
    change: Change,
    filter: Filter,
    did: &mut BulkResult,
    mut next: impl FnMut(&BulkResult) -> Result<(), E> + Send,
) -> Result<(), E> {
    let mut left = Some(filter);
    while let Some(filter) = left {
        next(did)?;
        let (then, after) = change_next(store, change, &filter).await?;
        did.add(then);
        left = after;
    }
    Ok(())
}
