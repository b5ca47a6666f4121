//! Finds out whether a failed commit was stored. A disk that fails after the log was written leaves the whole commit
//! there: this process does not see it, but the next one does. Only rereading the file can tell.

use std::collections::HashSet;
use std::time::Duration;

use crate::record::DeliveryId;
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;

impl Store {
    /// Closes and reopens the file, as the next session would; and returns which of these, which one transaction was
    /// to accept, are there. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// The file cannot be opened or read: then it is unknown.
    pub async fn accepted_after_all(
        &self,
        ids: Vec<DeliveryId>,
    ) -> Result<(Self, HashSet<DeliveryId>), StoreError> {
        self.close();
        let anew = Self::open_waiting(self.path(), Duration::ZERO)?;
        let there = anew.summaries(ids).await?.into_iter().map(|found| found.id).collect();
        Ok((anew, there))
    }
}
