//! Changes of pending deliveries, and blocks.

use std::time::Duration;

use async_trait::async_trait;

use super::{MemoryStore, Tables};
use crate::profile::{Profile, ProfileId, Status};
use crate::record::{BulkId, DeliveryId, DeliveryState, Kind, LogPosition, RunRange, Summary};
use crate::storage::profiles::deleted_profile::restorable_since;
use crate::storage::{
    Block, BlockReason, BlockedCounts, Blocks, BulkResult, Change, Control, HealthState, ProfileChangeKind,
    Removed, StoreError,
};

impl Tables {
    /// All blocks, oldest first.
    pub fn blocks(&self) -> Vec<Block> {
        let gone = self.deleted.iter().map(|(profile, _)| profile);
        let known: Vec<&Profile> = self.profiles.iter().chain(gone).collect();
        let title = |block: &Block| {
            let profile = known.iter().find(|profile| Some(&profile.id) == block.profile_id.as_ref());
            profile.map_or_else(String::new, |profile| profile.title.to_string())
        };
        let next_probe = |block: &Block| {
            let mut known = self.probes.iter().filter(|_| block.why == BlockReason::AutoDisabled);
            known.find(|(id, _)| Some(id) == block.profile_id.as_ref()).map(|(_, probe)| probe.at)
        };
        let stored = self.blocks.iter().map(|block| Block {
            title: title(block),
            next_probe: next_probe(block),
            ..block.clone()
        });
        let from = restorable_since(self.now());
        let deleted = self.deleted.iter().filter(|(_, at)| *at >= from).map(|(profile, at)| Block {
            profile_id: Some(profile.id.clone()),
            title: profile.title.to_string(),
            why: BlockReason::Deleted,
            since: *at,
            cause: None,
            next_probe: None,
        });
        let mut all: Vec<Block> = stored.chain(deleted).collect();
        all.sort_by_key(|block| block.since);
        all
    }

    /// Blocks or unblocks the deliveries of a profile according to its status.
    pub fn follow(&mut self, profile: &Profile) {
        let why = match profile.status {
            Status::Active => None,
            Status::Disabled => Some(BlockReason::Disabled),
            Status::AutoDisabled => Some(BlockReason::AutoDisabled),
        };
        let id = Some(&profile.id);
        let is_other = |block: &Block| {
            block.profile_id.as_ref() == id && block.why != BlockReason::Paused && Some(block.why) != why
        };
        let before = self.blocks.len();
        self.blocks.retain(|block| !is_other(block));
        let has_ended = self.blocks.len() < before;
        self.revision.steering += i64::from(has_ended);
        if has_ended && why.is_none() {
            self.note_change(id, ProfileChangeKind::Enabled);
        }
        if profile.status != Status::AutoDisabled
            && let Some((_, health)) = self.health.iter_mut().find(|(known, _)| *known == profile.id)
        {
            health.state = HealthState::Failing;
        }
        self.follow_probes(profile);
        let is_known = |why| self.blocks.iter().any(|b| b.profile_id.as_ref() == id && b.why == why);
        if let Some(why) = why.filter(|why| !is_known(*why)) {
            let (profile_id, since) = (id.cloned(), profile.modified_at);
            self.revision.steering += 1;
            self.blocks.push(Block {
                profile_id,
                title: String::new(),
                why,
                since,
                cause: None,
                next_probe: None,
            });
            let is_automatic = why == BlockReason::AutoDisabled;
            let kinds = [ProfileChangeKind::Disabled, ProfileChangeKind::AutoDisabled];
            self.note_change(id, kinds[usize::from(is_automatic)]);
        }
    }

    pub fn pending_events(&self, profile: &ProfileId) -> u64 {
        let rows = self.deliveries.iter().map(|stored| &stored.details.summary);
        let is_of =
            |row: &&Summary| row.state.is_pending() && row.kind == Kind::Event && row.profile_id == *profile;
        rows.filter(is_of).count() as u64
    }

    fn pending_within(&self, within: Option<RunRange>) -> impl Iterator<Item = &Summary> {
        let all = self.deliveries.iter();
        let wanted = all.filter(move |stored| within.is_none_or(|range| stored.is_in(range)));
        wanted.map(|stored| &stored.details.summary).filter(|row| row.state.is_pending())
    }

    /// Changes one delivery. Returns whether it could be changed.
    fn apply(&mut self, change: Change, row: &Summary, state: DeliveryState, did: &mut BulkResult) -> bool {
        let now = self.now();
        match change {
            Change::Retry if state.is_pending() => {
                did.due += 1;
                self.retry_now(row.id)
            }
            Change::Retry if self.delivery(row.id).is_none_or(|now| now.details.summary.again.is_some()) => {
                false
            }
            Change::Retry => match self.resend(row.id, self.new_id(), now) {
                Ok(()) => {
                    did.again += 1;
                    true
                }
                Err(problem) => {
                    did.why.get_or_insert_with(|| problem.to_string());
                    false
                }
            },
            Change::Cancel => {
                did.cancelled += 1;
                self.cancel(row.id)
            }
            Change::Remove => {
                did.removed.add(Removed { deliveries: 1, attempts: row.attempts.into() });
                self.remove(row.id)
            }
        }
    }
}

#[async_trait]
impl Control for MemoryStore {
    async fn cancel(&self, id: DeliveryId) -> Result<bool, StoreError> {
        Ok(self.change(|tables| tables.cancel(id)))
    }

    async fn retry_now(&self, id: DeliveryId) -> Result<bool, StoreError> {
        Ok(self.change(|tables| tables.retry_now(id)))
    }

    async fn apply_batch(
        &self,
        change: Change,
        found: Vec<Summary>,
        states: Vec<DeliveryState>,
        bulk: Option<BulkId>,
    ) -> Result<BulkResult, StoreError> {
        Ok(self.change(|tables| {
            let (mut did, last) = (BulkResult::default(), LogPosition::new(tables.accepted));
            let mut members = Vec::new();
            for row in &found {
                did.last = Some(row.id);
                let state = tables.state(row.id).filter(|state| states.contains(state));
                let done = state.is_some_and(|state| tables.apply(change, row, state, &mut did));
                let is_retried = done && state.is_some_and(DeliveryState::is_pending);
                members.extend(is_retried.then_some(row.position));
                did.left += u64::from(!done);
            }
            let new = tables.deliveries.iter().map(|stored| stored.details.summary.position);
            members.extend(new.filter(|at| *at > last));
            tables.note_bulk(bulk, &did, members);
            did
        }))
    }

    async fn pause(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        Ok(self.change(|tables| {
            let is_it = |b: &Block| b.profile_id == profile && b.why == BlockReason::Paused;
            if tables.blocks.iter().any(is_it) {
                return false;
            }
            tables.revision.steering += 1;
            let since = tables.now();
            let (why, title) = (BlockReason::Paused, String::new());
            tables.note_change(profile.as_ref(), ProfileChangeKind::Paused);
            tables.blocks.push(Block {
                profile_id: profile,
                title,
                why,
                since,
                cause: None,
                next_probe: None,
            });
            true
        }))
    }

    async fn resume(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        Ok(self.change(|tables| {
            let before = tables.blocks.len();
            tables.blocks.retain(|b| b.profile_id != profile || b.why != BlockReason::Paused);
            let ended = tables.blocks.len() < before;
            tables.revision.steering += i64::from(ended);
            if ended {
                tables.note_change(profile.as_ref(), ProfileChangeKind::Resumed);
            }
            ended
        }))
    }

    async fn blocks(&self) -> Result<Blocks, StoreError> {
        Ok(self.tables().blocks().into_iter().collect())
    }

    async fn blocked(&self, within: Option<RunRange>) -> Result<BlockedCounts, StoreError> {
        let tables = self.tables();
        let all = tables.blocks();
        let blocks: Blocks = all.iter().cloned().collect();
        let (mut blocked, mut by) = (BlockedCounts::default(), Vec::new());
        for row in tables.pending_within(within) {
            let Some(block) = blocks.of(row) else { continue };
            by.push(block);
            *(if row.state == DeliveryState::Queued { &mut blocked.queued } else { &mut blocked.waiting }) +=
                1;
        }
        blocked.by = all.iter().filter(|block| by.contains(block)).cloned().collect();
        Ok(blocked)
    }

    async fn is_moving(&self, within: Option<RunRange>) -> Result<bool, StoreError> {
        let tables = self.tables();
        let blocks: Blocks = tables.blocks().into_iter().collect();
        if blocks.is_empty() && within.is_some() {
            return Ok(true);
        }
        Ok(tables.pending_within(within).any(|row| blocks.of(row).is_none()))
    }

    async fn longest_due(&self) -> Result<Option<Duration>, StoreError> {
        let tables = self.tables();
        let blocks: Blocks = tables.blocks().into_iter().collect();
        let now = tables.now();
        let due = tables.pending_within(None).filter(|row| blocks.of(row).is_none());
        let since = due.filter_map(|row| row.due_at).filter(|due_at| *due_at <= now).min();
        Ok(since.map(|since| Duration::try_from(now.duration_since(since)).unwrap_or_default()))
    }

    async fn pending_events(&self, profile: &ProfileId) -> Result<u64, StoreError> {
        Ok(self.tables().pending_events(profile))
    }
}
