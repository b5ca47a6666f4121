//! Deliveries come in.

pub mod accept;
pub mod batch;
pub mod keyed;
pub mod lanes;
pub mod trial;
pub mod writer;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::record::{DeliveryId, NewDelivery};
use crate::storage::error::StoreError;
use crate::storage::patience::Patience;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::control::resend::{self, Resend};
use crate::storage::producer::Producer;
use crate::storage::receipts::accept_request::{AcceptRequest, AcceptResult};

impl PgStore {
    /// Those of these deliveries that are stored: what became of a batch whose acceptance failed.
    ///
    /// # Errors
    /// The database cannot be read: then it is not known.
    pub async fn accepted_of(&self, ids: &[DeliveryId]) -> Result<HashSet<DeliveryId>, StoreError> {
        accept::known(self.read().await?.db()?, ids).await
    }
}

#[async_trait]
impl Producer for PgStore {
    async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError> {
        self.0.accepts.accept(batch).await.map_err(|error| self.0.server.at(error))?;
        self.note_counted();
        Ok(())
    }

    async fn accept_keyed(&self, request: AcceptRequest) -> Result<AcceptResult, StoreError> {
        let accepted = self.0.keyed.accept(&request).await.map_err(|error| self.0.server.at(error))?;
        self.note_counted();
        Ok(accepted)
    }

    async fn try_write(&self) -> Result<(), StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        // Dropping the transaction rolls it back.
        trial::write(transaction.db()).await.map_err(|error| self.0.server.at(error))
    }

    fn patience(&self) -> Option<&Arc<Patience>> {
        Some(self.0.accepts.patience())
    }

    async fn resend(&self, id: DeliveryId, new_id: DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        resend::resend(transaction.db(), &self.0.lanes, Resend { id, new_id, at }).await?;
        transaction.commit().await
    }
}
