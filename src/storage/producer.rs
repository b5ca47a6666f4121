//! Acceptance of deliveries.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::StoreError;
use crate::storage::patience::Patience;
use crate::storage::receipts::accept_request::{AcceptRequest, AcceptResult, SubmissionResult};

/// Accepts deliveries. After `Ok` they are on disk and survive any crash.
#[async_trait]
pub trait Producer: Send + Sync {
    /// Accepts a batch: all or none. A delivery without a request is accepted too, and has failed. A duplicate id is
    /// an error, unless the store can tell that it is the same delivery.
    ///
    /// # Errors
    /// The store cannot be written. Whether the batch is stored may be unknown then.
    async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError>;

    /// Accepts deliveries whose events, or whose request, may have been accepted before: all of the new ones or none.
    /// The receipts that recognize a repetition within 24 hours are in the same commit. Of two callers with one key
    /// exactly one is accepted. Without any key this is [`enqueue`](Self::enqueue).
    ///
    /// # Errors
    /// As [`enqueue`](Self::enqueue).
    async fn accept(&self, request: AcceptRequest) -> Result<AcceptResult, StoreError> {
        if !request.is_plain() {
            return self.accept_keyed(request).await;
        }
        let batch: Vec<NewDelivery> = request.submissions.into_iter().map(|one| one.delivery).collect();
        let results = batch.iter().map(|new| SubmissionResult::New(new.id)).collect();
        self.enqueue(batch).await?;
        Ok(AcceptResult::Done(results))
    }

    /// As [`accept`](Self::accept), for a request that has a key or an event id.
    ///
    /// # Errors
    /// As [`enqueue`](Self::enqueue).
    async fn accept_keyed(&self, request: AcceptRequest) -> Result<AcceptResult, StoreError>;

    /// Whether a delivery would be accepted now: writes about as much as one takes, and keeps nothing of it.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn try_write(&self) -> Result<(), StoreError>;

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
