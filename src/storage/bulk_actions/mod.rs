//! Bulk retries and resends: what each has changed, and what became of it.

pub mod bulk_action;

use async_trait::async_trait;

use crate::record::BulkId;
use crate::storage::error::StoreError;

use bulk_action::{BulkAction, NewBulkAction};

/// Keeps bulk retries and resends. [`Control::apply_batch`](crate::storage::Control::apply_batch) adds their
/// deliveries, in the transactions that change them.
#[async_trait]
pub trait BulkActions: Send + Sync {
    /// Notes that a bulk action begins. Forgets earlier ones of which no delivery is in the log any longer, a day after
    /// they began at the earliest.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn begin_bulk_action(&self, new: NewBulkAction) -> Result<(), StoreError>;

    /// Notes that a bulk action changes no more deliveries.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn end_bulk_action(&self, id: BulkId) -> Result<(), StoreError>;

    /// The bulk actions that began last, newest first, at most `limit`, with the states of their deliveries as of now.
    /// Takes time for each delivery.
    ///
    /// # Errors
    /// The store, or one of them, cannot be read.
    async fn bulk_actions(&self, limit: usize) -> Result<Vec<BulkAction>, StoreError>;

    /// One of them, if it is known. Takes time for each of its deliveries.
    ///
    /// # Errors
    /// The store, or the action, cannot be read.
    async fn bulk_action(&self, id: BulkId) -> Result<Option<BulkAction>, StoreError>;
}
