//! Acceptance of deliveries.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::StoreError;
use crate::storage::patience::Patience;

/// Accepts deliveries. After `Ok` they are on disk and survive any crash.
#[async_trait]
pub trait Producer: Send + Sync {
    /// Accepts a batch: all or none. A delivery without a request is accepted too, and has failed. A duplicate id is
    /// an error, unless the store can tell that it is the same delivery.
    ///
    /// # Errors
    /// The store cannot be written. Whether the batch is stored may be unknown then.
    async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError>;

    /// How long [`enqueue`](Self::enqueue) waits for a server that cannot be used; none for a store that is a file.
    fn patience(&self) -> Option<&Arc<Patience>> {
        None
    }

    /// Accepts the request of an earlier delivery, byte for byte, as a new delivery that is due at `at`: only its
    /// `webhook-id` is new. It is queued as a manual delivery.
    ///
    /// # Errors
    /// There is no such delivery, it never had a request, or it tested a profile that was never saved; or the store
    /// cannot be written.
    async fn resend(&self, id: DeliveryId, new_id: DeliveryId, at: Timestamp) -> Result<(), StoreError>;
}
