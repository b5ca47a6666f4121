//! How long the log is kept.

mod clock_trust;
mod days;
mod prune;
pub mod removal;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::record::LogPosition;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::profiles::purge;
use crate::storage::postgres::schema::partitions;
use crate::storage::retention::Retention;
use crate::storage::retention::clock_doubt::{ClockDoubt, ClockMemory};
use crate::storage::retention::policy::{Removed, RetentionPolicy};

#[async_trait]
impl Retention for PgStore {
    async fn prune_next(
        &self,
        policy: RetentionPolicy,
        now: Timestamp,
        after: Option<LogPosition>,
    ) -> Result<(Removed, Option<LogPosition>), StoreError> {
        if after.is_none() {
            // The task that limits the log also makes partitions ahead. Without the right to, it reports that when it
            // matters.
            drop(partitions::make(self.write().await?.db()?).await);
        }
        // Whole days go first, one a call.
        if policy.days > 0 && after.is_none_or(|after| after == LogPosition::FIRST) {
            let dropped = days::drop_outdated(&mut self.write().await?, policy.cutoff(now)).await?;
            if let Some(removed) = dropped {
                self.0.ringer.changed();
                return Ok((removed, Some(LogPosition::FIRST)));
            }
        }
        let found = prune::outdated(self.read().await?.db()?, (policy, now), after, 0).await?;
        if found.positions.is_empty() {
            return Ok((Removed::default(), found.next));
        }
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let gone = removal::remove(transaction.db(), &found.positions, |_| true).await?;
        transaction.commit().await?;
        self.0.ringer.changed();
        Ok((Removed { deliveries: gone.len() as u64, ..found.removed }, found.next))
    }

    async fn outdated(&self, policy: RetentionPolicy, now: Timestamp) -> Result<Removed, StoreError> {
        let (mut all, mut after) = (Removed::default(), None);
        loop {
            let mut acquired = self.read().await?;
            let found = prune::outdated(acquired.db()?, (policy, now), after, all.deliveries).await?;
            all.add(found.removed);
            after = found.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    async fn purge_profiles(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let gone = purge::purge(transaction.db(), now).await?;
        transaction.commit().await?;
        Ok(gone)
    }

    async fn doubt_clock(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        let judged = clock_trust::judge(self.read().await?.db()?, now).await?;
        if judged.stored != Some(judged.memory) {
            clock_trust::remember(self.write().await?.db()?, judged.memory).await?;
        }
        Ok(judged.doubt)
    }

    async fn clock_doubt(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        Ok(clock_trust::judge(self.read().await?.db()?, now).await?.doubt)
    }

    async fn trust_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        clock_trust::remember(self.write().await?.db()?, ClockMemory::certain(now)).await
    }

    async fn shrink(&self, _spare: u64) -> Result<(), StoreError> {
        // PostgreSQL reuses the space of removed rows, and dropped days release theirs.
        Ok(())
    }

    async fn make_room(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn size(&self) -> Result<u64, StoreError> {
        let sql = "SELECT pg_database_size(current_database())";
        let size = self.read().await?.db()?.value::<i64>(sql, &[]).await?;
        Ok(u64::try_from(size.unwrap_or(0)).unwrap_or(0))
    }
}
