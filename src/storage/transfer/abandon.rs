//! The end of a copy that has not finished, and is not to be resumed.

use crate::storage::transfer::error::TransferError;
use crate::storage::transfer::store::{CopySource, CopyTarget};

/// Removes from the target what an unfinished copy has written, and opens the source again. Whether there was one.
/// Whatever interrupts it, running it again continues.
///
/// # Errors
/// The copy has finished, was one into another store, or a store cannot be read or written.
pub async fn abandon(from: &dyn CopySource, to: &dyn CopyTarget) -> Result<bool, TransferError> {
    let Some(mark) = from.mark().await? else { return Ok(false) };
    let there = to.mark(mark.id).await?;
    if mark.is_finished || there.is_some_and(|there| there.is_finished) {
        return Err(TransferError::CopiedBefore { source_name: from.name(), target: mark.target });
    }
    match there {
        Some(_) => to.abandon(mark.id).await?,
        // It was removed before, or the target was emptied by other means.
        None if mark.target == to.name() => {}
        None => return Err(TransferError::OtherTarget { source_name: from.name(), target: mark.target }),
    }
    // Only now: nothing of the source is left where it could be sent from.
    from.reopen().await?;
    Ok(true)
}
