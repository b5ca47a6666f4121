//! Control of deliveries: cancel, retry, bulk changes, and pause.

pub mod block;
pub mod blocked;
pub mod bulk;

use async_trait::async_trait;

use crate::profile::ProfileId;
use crate::record::{DeliveryId, DeliveryState, RunRange, Summary};
use crate::storage::error::StoreError;

use block::Blocks;
use blocked::Blocked;
use bulk::{BulkResult, Change};

/// Changes what is to be sent. Each change wakes the senders, which forget what they have read ahead.
#[async_trait]
pub trait Control: Send + Sync {
    /// Cancels a delivery. Whether it was still to be sent; an attempt in flight runs to its end and is
    /// recorded, and the delivery stays cancelled.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn cancel(&self, id: DeliveryId) -> Result<bool, StoreError>;

    /// Makes a delivery due now. Whether it is still to be sent.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn retry_now(&self, id: DeliveryId) -> Result<bool, StoreError>;

    /// Changes these deliveries in one transaction, as they were found. One that is in none of `states`
    /// by now is left as it is. See [`bulk::change_next`].
    ///
    /// # Errors
    /// The store cannot be written; then none of them was changed.
    async fn apply_batch(
        &self,
        change: Change,
        found: Vec<Summary>,
        states: Vec<DeliveryState>,
    ) -> Result<BulkResult, StoreError>;

    /// Pauses one profile, or all: events stay queued. Requests in flight run to their end, and what a
    /// person sends goes out. Whether it was not paused before.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn pause(&self, profile: Option<ProfileId>) -> Result<bool, StoreError>;

    /// Ends the pause of one profile, or that of all: a profile that has a pause of its own keeps it, and
    /// one that is disabled stays so. Whether it was paused.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn resume(&self, profile: Option<ProfileId>) -> Result<bool, StoreError>;

    /// All that blocks deliveries now: pauses, and disabled and deleted profiles.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn blocks(&self) -> Result<Blocks, StoreError>;

    /// How much is blocked, and by what: of all, or of what is asked for. Takes time for each of them.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn blocked(&self, within: Option<RunRange>) -> Result<Blocked, StoreError>;

    /// Whether anything that is still to be sent is not blocked; of all, or of what is asked for, where it
    /// is always so while nothing is blocked at all.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn is_moving(&self, within: Option<RunRange>) -> Result<bool, StoreError>;

    /// How many events of a profile are still to be sent. Takes time for each.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn pending_events(&self, profile: &ProfileId) -> Result<u64, StoreError>;
}
