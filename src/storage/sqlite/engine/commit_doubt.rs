//! Finds out whether a failed commit was stored. A disk that fails after the log was written leaves the whole commit
//! there: this process does not see it, but the next one does. Only rereading the file can tell.

use std::time::Duration;

use crate::record::DeliveryId;
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;

impl Store {
    /// Closes and reopens the file, as the next session would; and returns whether all of these, which one
    /// transaction was to accept, are there. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// The file cannot be opened or read: then it is unknown.
    pub async fn accepted_after_all(&self, ids: Vec<DeliveryId>) -> Result<(Self, bool), StoreError> {
        self.close();
        let anew = Self::open_waiting(self.path(), Duration::ZERO)?;
        let (wanted, found) = (ids.len(), anew.summaries(ids).await?.len());
        Ok((anew, found == wanted))
    }
}
