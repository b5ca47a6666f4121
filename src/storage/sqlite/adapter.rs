//! The storage traits for `SQLite`.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::callback::Values;
use crate::profile::catalogue::{Sample, Variable};
use crate::profile::{Event, Profile, ProfileId};
use crate::record::{
    BulkId, DeliveryId, DeliveryState, Details, LogPosition, NewDelivery, RunId, RunRange, Summary,
};
use crate::storage::describe::UpkeepTrouble;
use crate::storage::error::StoreError;
use crate::storage::sqlite::queue::trial;
use crate::storage::sqlite::{Lease, Store};
use crate::storage::{
    AcceptRequest, AcceptResult, BatchProgress, BlockedCounts, Blocks, BoundedCount, BulkResult, Change,
    ClockDoubt, Control, Counts, DeletedProfile, Describe, EarlierSearch, Events, Feed, FeedFilter, FeedPage,
    FeedPosition, Filter, Listing, Log, Page, PassedOver, Producer, ProfileRow, Profiles, Removed, Retention,
    RetentionPolicy, Revision, Rollup, RollupKey, RollupQuery, Rollups, RunningApi, Saved, SenderInfo,
    Storage, UnsavedDraft,
};

impl Storage for Store {}

#[async_trait]
impl Producer for Store {
    async fn try_write(&self) -> Result<(), StoreError> {
        self.write(trial::write).await
    }

    async fn enqueue(&self, batch: Vec<NewDelivery>) -> Result<(), StoreError> {
        Self::enqueue(self, batch).await
    }

    async fn accept_keyed(&self, request: AcceptRequest) -> Result<AcceptResult, StoreError> {
        Self::accept_keyed(self, request).await
    }

    async fn resend(&self, id: DeliveryId, new_id: DeliveryId, at: Timestamp) -> Result<(), StoreError> {
        Self::resend(self, id, new_id, at).await
    }
}

#[async_trait]
impl Log for Store {
    async fn search(&self, filter: &Filter, most: usize) -> Result<Page, StoreError> {
        Self::search(self, filter, most).await
    }

    async fn resume_search(
        &self,
        filter: &Filter,
        earlier: EarlierSearch,
        most: usize,
    ) -> Result<Page, StoreError> {
        Self::resume_search(self, filter, earlier, most).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        Self::count(self, filter).await
    }

    async fn count_of_profile(
        &self,
        profile: &ProfileId,
        states: &[DeliveryState],
        most: usize,
    ) -> Result<BoundedCount, StoreError> {
        Self::count_of_profile(self, profile, states, most).await
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Details>, StoreError> {
        Self::delivery(self, id).await
    }

    async fn summaries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError> {
        Self::summaries(self, ids).await
    }

    async fn find_deliveries(&self, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError> {
        Self::find_deliveries(self, text).await
    }

    async fn position(&self, id: DeliveryId) -> Result<LogPosition, StoreError> {
        Self::position(self, id).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        Self::counts(self).await
    }

    async fn recount(&self) -> Result<(), StoreError> {
        Self::recount(self).await
    }

    async fn batch_progress(&self, range: RunRange) -> Result<BatchProgress, StoreError> {
        Self::batch_progress(self, range).await
    }

    async fn deliveries_of_run(
        &self,
        range: RunRange,
        state: DeliveryState,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError> {
        Self::deliveries_of_run(self, range, state, limit).await
    }

    async fn of_run(&self, run: RunId, ids: Vec<DeliveryId>) -> Result<HashSet<DeliveryId>, StoreError> {
        Self::of_run(self, run, ids).await
    }
}

#[async_trait]
impl Control for Store {
    async fn cancel(&self, id: DeliveryId) -> Result<bool, StoreError> {
        Self::cancel(self, id).await
    }

    async fn retry_now(&self, id: DeliveryId) -> Result<bool, StoreError> {
        Self::retry_now(self, id).await
    }

    async fn apply_batch(
        &self,
        change: Change,
        found: Vec<Summary>,
        states: Vec<DeliveryState>,
        bulk: Option<BulkId>,
    ) -> Result<BulkResult, StoreError> {
        Self::apply_batch(self, change, found, states, bulk).await
    }

    async fn pause(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        Self::pause(self, profile).await
    }

    async fn resume(&self, profile: Option<ProfileId>) -> Result<bool, StoreError> {
        Self::resume(self, profile).await
    }

    async fn blocks(&self) -> Result<Blocks, StoreError> {
        Self::blocks(self).await
    }

    async fn blocked(&self, within: Option<RunRange>) -> Result<BlockedCounts, StoreError> {
        Self::blocked(self, within).await
    }

    async fn is_moving(&self, within: Option<RunRange>) -> Result<bool, StoreError> {
        Self::is_moving(self, within).await
    }

    async fn longest_due(&self) -> Result<Option<Duration>, StoreError> {
        Self::longest_due(self).await
    }

    async fn pending_events(&self, profile: &ProfileId) -> Result<u64, StoreError> {
        Self::pending_events(self, profile).await
    }
}

#[async_trait]
impl Profiles for Store {
    async fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError> {
        Self::profiles(self).await
    }

    async fn profile(&self, id: &ProfileId) -> Result<Option<Profile>, StoreError> {
        Self::profile(self, id).await
    }

    async fn find_profiles(&self, text: &str) -> Result<Vec<ProfileRow>, StoreError> {
        Self::find_profiles(self, text).await
    }

    async fn save_profiles(&self, profiles: Vec<Profile>) -> Result<(), StoreError> {
        Self::save_profiles(self, profiles).await
    }

    async fn save_profile_if(
        &self,
        profile: Profile,
        expected: Option<Timestamp>,
    ) -> Result<Saved, StoreError> {
        Self::save_profile_if(self, profile, expected).await
    }

    async fn delete_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        Self::delete_profile(self, id).await
    }

    async fn restore_profile(&self, id: &ProfileId) -> Result<bool, StoreError> {
        Self::restore_profile(self, id).await
    }

    async fn restore_last(&self) -> Result<Option<DeletedProfile>, StoreError> {
        Self::restore_last(self).await
    }

    async fn deleted_profiles(&self) -> Result<Vec<DeletedProfile>, StoreError> {
        Self::deleted_profiles(self).await
    }

    async fn find_deleted(&self, text: &str) -> Result<Vec<DeletedProfile>, StoreError> {
        Self::find_deleted(self, text).await
    }

    async fn unreadable(&self, listing: Listing) -> Result<PassedOver, StoreError> {
        Self::unreadable(self, listing).await
    }

    async fn keep_draft(&self, kept: UnsavedDraft) -> Result<(), StoreError> {
        Self::keep_draft(self, kept).await
    }

    async fn drafts(&self) -> Result<Vec<UnsavedDraft>, StoreError> {
        Self::drafts(self).await
    }

    async fn draft(&self, profile_id: &ProfileId) -> Result<Option<UnsavedDraft>, StoreError> {
        Self::draft(self, profile_id).await
    }

    async fn drop_draft(&self, profile_id: &ProfileId) -> Result<(), StoreError> {
        Self::drop_draft(self, profile_id).await
    }

    async fn own_variables(&self) -> Result<Vec<(String, Variable)>, StoreError> {
        Self::own_variables(self).await
    }

    async fn add_variable(&self, scope: &str, variable: Variable) -> Result<(), StoreError> {
        Self::add_variable(self, scope, variable).await
    }

    async fn change_variable(&self, scope: &str, name: &str, variable: Variable) -> Result<bool, StoreError> {
        Self::change_variable(self, scope, name, variable).await
    }

    async fn remove_variable(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        Self::remove_variable(self, scope, name).await
    }

    async fn own_samples(&self) -> Result<Vec<(String, Sample)>, StoreError> {
        Self::own_samples(self).await
    }

    async fn save_sample(&self, scope: &str, sample: Sample) -> Result<(), StoreError> {
        Self::save_sample(self, scope, sample).await
    }

    async fn remove_sample(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        Self::remove_sample(self, scope, name).await
    }

    async fn keep_test_values(
        &self,
        profile_id: &ProfileId,
        event: Option<Event>,
        values: &Values,
    ) -> Result<(), StoreError> {
        Self::keep_test_values(self, profile_id, event, values).await
    }

    async fn test_values(&self, profile_id: &ProfileId) -> Result<Vec<(Option<Event>, Values)>, StoreError> {
        Self::test_values(self, profile_id).await
    }
}

#[async_trait]
impl Retention for Store {
    async fn prune_next(
        &self,
        policy: RetentionPolicy,
        now: Timestamp,
        after: Option<LogPosition>,
    ) -> Result<(Removed, Option<LogPosition>), StoreError> {
        Self::prune_next(self, policy, now, after).await
    }

    async fn outdated(&self, policy: RetentionPolicy, now: Timestamp) -> Result<Removed, StoreError> {
        Self::outdated(self, policy, now).await
    }

    async fn purge_profiles(&self, now: Timestamp) -> Result<usize, StoreError> {
        Self::purge_profiles(self, now).await
    }

    async fn doubt_clock(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        Self::doubt_clock(self, now).await
    }

    async fn clock_doubt(&self, now: Timestamp) -> Result<Option<ClockDoubt>, StoreError> {
        Self::clock_doubt(self, now).await
    }

    async fn trust_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        Self::trust_clock(self, now).await
    }

    async fn shrink(&self, spare: u64) -> Result<(), StoreError> {
        Self::shrink(self, spare).await
    }

    async fn make_room(&self) -> Result<(), StoreError> {
        self.write_back().await
    }

    async fn size(&self) -> Result<u64, StoreError> {
        Self::size(self)
    }
}

#[async_trait]
impl Rollups for Store {
    async fn rollups(&self, query: RollupQuery) -> Result<BTreeMap<RollupKey, Rollup>, StoreError> {
        Self::rollups(self, query).await
    }

    async fn counted_since(&self) -> Result<Timestamp, StoreError> {
        Self::counted_since(self).await
    }

    async fn pending_by_profile(
        &self,
        profiles: Option<Vec<ProfileId>>,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        Self::pending_by_profile(self, profiles).await
    }

    async fn prune_rollups(&self, policy: RetentionPolicy, now: Timestamp) -> Result<(), StoreError> {
        Self::prune_rollups(self, policy, now).await
    }
}

#[async_trait]
impl Events for Store {
    fn changes(&self) -> watch::Receiver<u64> {
        Self::changes(self)
    }

    async fn revision(&self) -> Result<Revision, StoreError> {
        Self::revision(self).await
    }
}

#[async_trait]
impl Feed for Store {
    async fn feed_end(&self) -> Result<FeedPosition, StoreError> {
        self.last_position().await
    }

    async fn feed(
        &self,
        after: &FeedPosition,
        filter: &FeedFilter,
        most: usize,
    ) -> Result<FeedPage, StoreError> {
        self.read_feed(after.clone(), filter.clone(), most).await
    }
}

#[async_trait]
impl Describe for Store {
    fn name(&self) -> String {
        self.path().display().to_string()
    }

    fn short_name(&self) -> String {
        self.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn file(&self) -> Option<&Path> {
        Some(self.path())
    }

    async fn senders(&self) -> Result<Vec<SenderInfo>, StoreError> {
        let Some(pid) = Lease::holder(self.path()) else { return Ok(Vec::new()) };
        let api = self.running().await?.into_iter().find(|api| api.pid == pid).map(|api| api.url);
        Ok(vec![SenderInfo { api, ..SenderInfo::of_this_host(pid) }])
    }

    async fn announce_api(&self, url: Option<String>) -> Result<(), StoreError> {
        self.announce(url).await
    }

    async fn running_apis(&self) -> Result<Vec<RunningApi>, StoreError> {
        self.running().await
    }

    fn upkeep(&self) -> watch::Receiver<Option<UpkeepTrouble>> {
        self.log_pinned()
    }

    fn close(&self) {
        Self::close(self);
    }
}
