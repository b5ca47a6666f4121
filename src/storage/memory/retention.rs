//! Retention.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryStore, Tables};
use crate::record::{DeliveryId, LogPosition};
use crate::storage::profiles::deleted_profile::restorable_since;
use crate::storage::retention::clock_doubt::ClockMemory;
use crate::storage::retention::policy::{MOST_ROWS, fitting};
use crate::storage::{ClockDoubt, Removed, Retention, RetentionPolicy, StoreError};

impl Tables {
    /// Outdated deliveries, oldest first: id, position, and number of attempts.
    fn outdated(&self, policy: RetentionPolicy, now: Timestamp) -> Vec<(DeliveryId, LogPosition, u64)> {
        let cutoff = policy.cutoff(now);
        let ended = self.deliveries.iter().filter(|stored| !stored.details.summary.state.is_pending());
        let ended: Vec<_> =
            ended.map(|stored| (&stored.details.summary, stored.details.summary.ended_at)).collect();
        let most = usize::try_from(policy.deliveries).unwrap();
        let surplus = if most == 0 { 0 } else { ended.len().saturating_sub(most) };
        let goes = |at: usize, end: Option<Timestamp>| at < surplus || end.is_some_and(|end| end < cutoff);
        let found = ended.into_iter().enumerate().filter(|(at, (_, end))| goes(*at, *end));
        found.map(|(_, (row, _))| (row.id, row.position, row.attempts.into())).collect()
    }

    fn judge(&self, now: Timestamp) -> (ClockMemory, Option<ClockDoubt>) {
        let accepted = self.deliveries.iter().map(|stored| stored.details.summary.accepted_at);
        let changed = self.profiles.iter().map(|profile| profile.modified_at);
        let seen = accepted.chain(changed).max().unwrap_or(now);
        self.clock.unwrap_or(ClockMemory { seen, doubted: None }).judge(now)
    }
}

#[async_trait]
impl Retention for MemoryStore {
    async fn prune_next(
        &self,
        policy: RetentionPolicy,
        now: Timestamp,
        _: Option<LogPosition>,
    ) -> Result<(Removed, Option<LogPosition>), StoreError> {
        Ok(self.change(|tables| {
            let all = tables.outdated(policy, now);
            let fit = fitting(all.iter().map(|(.., attempts)| attempts + 1), MOST_ROWS).min(all.len());
            let mut removed = Removed::default();
            for (id, _, attempts) in &all[..fit] {
                tables.remove(*id);
                removed.add(Removed { deliveries: 1, attempts: *attempts });
            }
            let last = all[..fit].last().map(|(_, at, _)| *at);
            (removed, last.filter(|_| fit < all.len()))
        }))
    }

    async fn outdated(&self, policy: RetentionPolicy, now: Timestamp) -> Result<Removed, StoreError> {
        let all = self.tables().outdated(policy, now);
        let attempts = all.iter().map(|(.., attempts)| attempts).sum();
        Ok(Removed { deliveries: all.len() as u64, attempts })
    }

    async fn purge_profiles(&self, now: Timestamp) -> Result<usize, StoreError> {
        Ok(self.change(|tables| {
            let from = restorable_since(now);
            let (stay, gone) =
                std::mem::take(&mut tables.deleted).into_iter().partition(|(_, at)| *at >= from);
            tables.deleted = stay;
            let gone: Vec<_> = gone;
            for (profile, _) in &gone {
                tables.blocks.retain(|block| block.profile_id.as_ref() != Some(&profile.id));
                tables.test_values.retain(|(id, ..)| *id != profile.id);
                tables.profile_order.retain(|id| *id != profile.id);
            }
            if !gone.is_empty() {
                tables.revision.profiles += 1;
                tables.revision.steering += 1;
            }
            gone.len()
        }))
    }

    async fn doubt_clock(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        let mut tables = self.tables();
        let (judged, doubt) = tables.judge(now);
        tables.clock = Some(judged);
        Ok(doubt)
    }

    async fn clock_doubt(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        Ok(self.tables().judge(now).1)
    }

    async fn trust_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        self.tables().clock = Some(ClockMemory::certain(now));
        Ok(())
    }

    async fn shrink(&self, _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    async fn make_room(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn size(&self) -> Result<u64, StoreError> {
        Ok(0)
    }
}
