//! The log of deliveries: found by a filter, listed, read in full, counted.

mod beyond;
pub mod bounds;
mod counts;
pub mod details;
mod links;
pub mod looks;
mod lookup;
pub mod progress;
pub mod ranges;
mod search;
mod sieve;
mod statuses;
pub mod summaries;

use std::collections::HashSet;

use async_trait::async_trait;

use crate::profile::ProfileId;
use crate::record::{DeliveryId, DeliveryState, Details, LogPosition, RunId, RunRange, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::Log;
use crate::storage::log::batch_progress::BatchProgress;
use crate::storage::log::counts::{BoundedCount, Counts};
use crate::storage::log::filter::Filter;
use crate::storage::log::page::{EarlierSearch, Page};
use crate::storage::postgres::PgStore;
use crate::storage::postgres::log::ranges::Range;
use crate::storage::unreadable::PassedOver;

#[async_trait]
impl Log for PgStore {
    async fn search(&self, filter: &Filter, most: usize) -> Result<Page, StoreError> {
        search::page(self.read().await?.db()?, filter, most).await
    }

    async fn resume_search(
        &self,
        filter: &Filter,
        earlier: EarlierSearch,
        most: usize,
    ) -> Result<Page, StoreError> {
        search::resume(self.read().await?.db()?, filter, earlier, most).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        search::count(self.read().await?.db()?, filter).await
    }

    async fn count_of_profile(
        &self,
        profile: &ProfileId,
        states: &[DeliveryState],
        most: usize,
    ) -> Result<BoundedCount, StoreError> {
        let mut all = BoundedCount::exact(0);
        let mut acquired = self.read().await?;
        for range in Range::of_profile(acquired.db()?, profile, states).await? {
            let BoundedCount { n, is_exact } = range.count_newest(acquired.db()?, most).await?;
            all.n = all.n.saturating_add(n);
            all.is_exact &= is_exact;
            if all.n > most as u64 {
                return Ok(BoundedCount::at_least(most as u64));
            }
        }
        Ok(all)
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Details>, StoreError> {
        details::details(self.read().await?.db()?, id).await
    }

    async fn summaries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError> {
        summaries::of(self.read().await?.db()?, &ids).await
    }

    async fn find_deliveries(&self, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError> {
        lookup::find(self.read().await?.db()?, text).await
    }

    async fn position(&self, id: DeliveryId) -> Result<LogPosition, StoreError> {
        lookup::position(self.read().await?.db()?, id).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        counts::counts(self.read().await?.db()?).await
    }

    async fn recount(&self) -> Result<(), StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        counts::recount(transaction.db()).await?;
        transaction.commit().await?;
        self.0.ringer.changed();
        Ok(())
    }

    async fn batch_progress(&self, range: RunRange) -> Result<BatchProgress, StoreError> {
        progress::batch_progress(self.read().await?.db()?, range).await
    }

    async fn deliveries_of_run(
        &self,
        range: RunRange,
        state: DeliveryState,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError> {
        progress::deliveries_of_run(self.read().await?.db()?, range, state, limit).await
    }

    async fn of_run(&self, run: RunId, ids: Vec<DeliveryId>) -> Result<HashSet<DeliveryId>, StoreError> {
        progress::of_run(self.read().await?.db()?, run, &ids).await
    }
}
