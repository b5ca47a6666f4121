//! Numbers by profile and time.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryStore, Tables};
use crate::profile::ProfileId;
use crate::record::{DeliveryId, DeliveryState};
use crate::storage::rollups::fold::Folding;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::query::RollupSum;
use crate::storage::rollups::range::hours_from;
use crate::storage::{
    RetentionPolicy, Rollup, RollupKey, RollupQuery, RollupRange, RollupStep, Rollups, StoreError,
};

impl Tables {
    /// How a delivery that has failed is counted.
    pub fn failure_mark(&self, id: DeliveryId) -> Option<RollupMark> {
        let stored =
            self.delivery(id).filter(|stored| stored.details.summary.state == DeliveryState::Failed)?;
        let class = stored.details.summary.last_error.as_ref().map(|failure| failure.class);
        Some(RollupMark::failed(stored.details.summary.ended_at?.as_millisecond(), class))
    }

    /// Counts something that happened to a delivery of this lane.
    pub fn count_mark(&mut self, lane: usize, mark: RollupMark) {
        self.count_marks(lane, [(mark, 1)]);
    }

    /// The same of something that happened so many times each.
    pub fn count_marks(&mut self, lane: usize, marks: impl IntoIterator<Item = (RollupMark, i64)>) {
        let mut folding = Folding::default();
        for (mark, times) in marks {
            folding.add(0, mark, times);
        }
        let profile = self.lanes[lane].profile_id.to_string();
        for (slot, added) in folding.slots(&BTreeMap::from([(0, profile)])) {
            self.rollups.entry(slot).or_default().add(&added);
        }
    }
}

#[async_trait]
impl Rollups for MemoryStore {
    async fn rollups(&self, query: RollupQuery) -> Result<BTreeMap<RollupKey, Rollup>, StoreError> {
        let tables = self.tables();
        let pieces = query.pieces();
        let mut sum = RollupSum::new(query);
        for (step, piece) in pieces {
            for ((of, at, profile), rollup) in &tables.rollups {
                if *of == step && piece.contains(at) {
                    sum.add((step, *at), profile, &rollup.encode());
                }
            }
        }
        Ok(sum.finish())
    }

    async fn counted_since(&self) -> Result<Timestamp, StoreError> {
        Ok(self.tables().counted_since)
    }

    async fn pending_by_profile(
        &self,
        profiles: Option<Vec<ProfileId>>,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let tables = self.tables();
        let rows = tables.deliveries.iter().map(|stored| &stored.details.summary);
        let is_of = |id: &ProfileId| profiles.as_ref().is_none_or(|of| of.contains(id));
        let mut found = BTreeMap::new();
        for row in rows.filter(|row| row.state.is_pending() && is_of(&row.profile_id)) {
            *found.entry(row.profile_id.to_string()).or_default() += 1;
        }
        Ok(found)
    }

    async fn prune_rollups(&self, policy: RetentionPolicy, now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let before = tables.rollups.len();
        let minutes = RollupRange::minutes_from(now);
        tables.rollups.retain(|(step, at, _), _| *step != RollupStep::Minute || *at >= minutes);
        if let Some((hour, start)) = hours_from(policy, now) {
            tables.rollups.retain(|(step, at, _), _| *step != RollupStep::Hour || *at >= hour);
            if tables.rollups.len() < before {
                tables.counted_since = tables.counted_since.max(start);
            }
        }
        Ok(())
    }
}
