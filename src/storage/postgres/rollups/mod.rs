//! Numbers by profile and time: see [`rollups`](crate::storage::rollups).
//!
//! Each statement that changes deliveries inserts a row with what it has done, so senders and producers never wait for
//! each other. One process at a time folds these rows into the rollups, after some hundred statements of its own.

pub mod fold;
pub mod pace;
mod read;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::profile::ProfileId;
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::retention::policy::RetentionPolicy;
use crate::storage::rollups::Rollups;
use crate::storage::rollups::query::{RollupKey, RollupQuery};
use crate::storage::rollups::range::{RollupRange, RollupStep, hours_from};
use crate::storage::rollups::rollup::Rollup;

/// Old rollups of a step go.
const PRUNE: &str = "DELETE FROM rollup WHERE step = $1 AND at < $2::bigint";

#[async_trait]
impl Rollups for PgStore {
    async fn rollups(&self, query: RollupQuery) -> Result<BTreeMap<RollupKey, Rollup>, StoreError> {
        read::sums(self.read().await?.db()?, query).await
    }

    async fn counted_since(&self) -> Result<Timestamp, StoreError> {
        read::counted_since(self.read().await?.db()?).await
    }

    async fn pending_by_profile(
        &self,
        profiles: Option<Vec<ProfileId>>,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        read::pending(self.read().await?.db()?, profiles).await
    }

    async fn prune_rollups(&self, policy: RetentionPolicy, now: Timestamp) -> Result<(), StoreError> {
        // What processes that have ended did not fold.
        self.fold().await?;
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let db = transaction.db();
        let minutes = i64::from(RollupRange::minutes_from(now));
        db.execute(PRUNE, &[&RollupStep::Minute.number(), &minutes]).await?;
        if let Some((hour, start)) = hours_from(policy, now)
            && db.execute(PRUNE, &[&RollupStep::Hour.number(), &i64::from(hour)]).await? > 0
        {
            db.execute("UPDATE rollup_start SET at = greatest(at, $1)", &[&millis(start)]).await?;
        }
        transaction.commit().await
    }
}
