//! Control of deliveries: cancel, retry, resend, bulk changes, and pause.

pub mod blocked;
mod bulk;
pub mod longest_due;
pub mod pause;
pub mod resend;
mod retry_cancel;

use std::time::Duration;

use async_trait::async_trait;

use crate::clock;
use crate::profile::ProfileId;
use crate::record::{BulkId, DeliveryId, DeliveryState, RunRange, Summary};
use crate::storage::control::Control;
use crate::storage::control::block::Blocks;
use crate::storage::control::blocked_counts::BlockedCounts;
use crate::storage::control::bulk::{BulkResult, Change};
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;

#[async_trait]
impl Control for PgStore {
    async fn cancel(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let was_pending = retry_cancel::cancel(transaction.db(), id, clock::now()).await?;
        transaction.commit().await?;
        Ok(was_pending)
    }

    async fn retry_now(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let is_pending = retry_cancel::retry_now(transaction.db(), id, clock::now()).await?;
        transaction.commit().await?;
        Ok(is_pending)
    }

    async fn apply_batch(
        &self,
        change: Change,
        found: Vec<Summary>,
        states: Vec<DeliveryState>,
        bulk: Option<BulkId>,
    ) -> Result<BulkResult, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let at = bulk::Batch { rows: &found, states: &states, now: clock::now(), bulk };
        let done = bulk::apply(transaction.db(), &self.0.lanes, change, &at).await?;
        transaction.commit().await?;
        Ok(done)
    }

    async fn pause(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let is_new = pause::pause(transaction.db(), profile.as_ref()).await?;
        transaction.commit().await?;
        Ok(is_new)
    }

    async fn resume(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let was_paused = pause::resume(transaction.db(), profile.as_ref()).await?;
        transaction.commit().await?;
        Ok(was_paused)
    }

    async fn blocks(&self) -> Result<Blocks, StoreError> {
        Ok(pause::all(self.read().await?.db()?).await?.into_iter().collect())
    }

    async fn blocked(&self, within: Option<RunRange>) -> Result<BlockedCounts, StoreError> {
        blocked::all(self.read().await?.db()?, within).await
    }

    async fn is_moving(&self, within: Option<RunRange>) -> Result<bool, StoreError> {
        blocked::is_moving(self.read().await?.db()?, within).await
    }

    async fn longest_due(&self) -> Result<Option<Duration>, StoreError> {
        longest_due::longest_due(self.read().await?.db()?).await
    }

    async fn pending_events(&self, profile: &ProfileId) -> Result<u64, StoreError> {
        blocked::pending_events(self.read().await?.db()?, profile).await
    }
}
