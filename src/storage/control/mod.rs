//! Control of deliveries: cancel, retry, bulk changes, and pause.

pub mod block;
pub mod blocked_counts;
pub mod bulk;

use std::time::Duration;

use async_trait::async_trait;

use crate::profile::ProfileId;
use crate::record::{BulkId, DeliveryId, DeliveryState, RunRange, Summary};
use crate::storage::error::StoreError;

use block::Blocks;
use blocked_counts::BlockedCounts;
use bulk::{BulkResult, Change};

/// Changes pending deliveries. Each change wakes the senders, which discard their read-ahead.
#[async_trait]
pub trait Control: Send + Sync {
    /// Cancels a delivery. Returns whether it was pending; an attempt in flight is completed and recorded, and the
    /// delivery stays cancelled.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn cancel(&self, id: DeliveryId) -> Result<bool, StoreError>;

    /// Makes a delivery due now. Returns whether it is pending.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn retry_now(&self, id: DeliveryId) -> Result<bool, StoreError>;

    /// Changes these deliveries in one transaction, as they were found. One that is in none of `states` by now is not
    /// changed. See [`bulk::change_next`]. What is retried or resent is noted as a part of the bulk action, if there is
    /// one.
    ///
    /// # Errors
    /// The store cannot be written; then none of them was changed.
    async fn apply_batch(
        &self,
        change: Change,
        found: Vec<Summary>,
        states: Vec<DeliveryState>,
        bulk: Option<BulkId>,
    ) -> Result<BulkResult, StoreError>;

    /// Pauses one profile, or all: events stay queued. Requests in flight are completed, and manual deliveries are
    /// sent. Returns whether it was not paused before.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn pause(&self, profile: Option<ProfileId>) -> Result<bool, StoreError>;

    /// Resumes one profile, or all: a profile that was paused separately stays paused, and a disabled one disabled.
    /// Returns whether it was paused.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn resume(&self, profile: Option<ProfileId>) -> Result<bool, StoreError>;

    /// All current blocks: pauses, and disabled and deleted profiles.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn blocks(&self) -> Result<Blocks, StoreError>;

    /// How many deliveries are blocked, and by what: of all, or of a range. Takes time for each of them.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn blocked(&self, within: Option<RunRange>) -> Result<BlockedCounts, StoreError>;

    /// Whether any pending delivery is not blocked; of all, or of a range, for which the result is always true while
    /// nothing is blocked at all.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn is_moving(&self, within: Option<RunRange>) -> Result<bool, StoreError>;

    /// For how long the delivery has been due that has been due for longest; none if nothing is due. Blocked ones are
    /// not due. Takes time for each lane, not for each delivery.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn longest_due(&self) -> Result<Option<Duration>, StoreError>;

    /// How many events of a profile are pending. Takes time for each.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn pending_events(&self, profile: &ProfileId) -> Result<u64, StoreError>;
}
