//! The log: every query scans all of it.

use std::collections::HashSet;

use async_trait::async_trait;

use super::{MemoryStore, StoredDelivery, Tables};
use crate::profile::ProfileId;
use crate::record::{DeliveryId, DeliveryState, Details, LogPosition, RunId, RunRange, Summary};
use crate::storage::log::lookup::{MOST_FOUND, delivery_range};
use crate::storage::log::matcher;
use crate::storage::log::search_term::SearchPlace;
use crate::storage::{
    BatchProgress, BoundedCount, Counts, EarlierSearch, Filter, Log, Page, PassedOver, StoreError,
};

impl Tables {
    /// The deliveries, newest first.
    fn newest_first(&self) -> Vec<&StoredDelivery> {
        self.deliveries.iter().rev().collect()
    }

    /// Whether a delivery matches.
    fn fits(&self, filter: &Filter, stored: &StoredDelivery) -> bool {
        let at = stored.details.summary.position;
        matcher::fits(filter, &stored.details) && filter.bulk.is_none_or(|bulk| self.is_of_bulk(bulk, at))
    }

    fn page(&self, filter: &Filter, most: usize) -> Page {
        let most = self.scan_limit.map_or(most, |limit| limit.min(most));
        let mut all = self.newest_first();
        all.retain(|stored| filter.before.is_none_or(|before| stored.details.summary.position < before));
        // As others find these by an index, and look at no more than these.
        let ids = [SearchPlace::Id, SearchPlace::Original].map(|place| filter.searched_ids(&place));
        all.retain(|stored| {
            let row = &stored.details.summary;
            let are = [Some(row.id), row.resent_from];
            let is_in = |range: &Option<(DeliveryId, DeliveryId)>, id: Option<DeliveryId>| {
                range.is_none_or(|(first, last)| id.is_some_and(|id| first <= id && id <= last))
            };
            ids.iter().zip(are).all(|(range, id)| is_in(range, id))
        });
        let mut page = Page::default();
        for (at, stored) in all.iter().enumerate() {
            let row = &stored.details.summary;
            page.newest = page.newest.max(Some(row.position));
            page.rows.extend(Some(row).filter(|_| self.fits(filter, stored)).cloned());
            if page.rows.len() >= filter.limit || at + 1 >= most {
                page.next = Some(row.position).filter(|_| at + 1 < all.len());
                page.reached = page.next.map(|_| row.accepted_at);
                break;
            }
        }
        page
    }

    fn count(&self, keep: impl Fn(&StoredDelivery) -> bool) -> Counts {
        let kept = self.deliveries.iter().filter(|stored| keep(stored));
        kept.map(|stored| stored.details.summary.state).collect()
    }
}

#[async_trait]
impl Log for MemoryStore {
    async fn search(&self, filter: &Filter, most: usize) -> Result<Page, StoreError> {
        Ok(self.tables().page(filter, most))
    }

    async fn resume_search(
        &self,
        filter: &Filter,
        earlier: EarlierSearch,
        most: usize,
    ) -> Result<Page, StoreError> {
        let tables = self.tables();
        let mut page = tables.page(filter, most);
        let meets = |next| earlier.newest.is_some_and(|newest| newest >= next);
        if let Some(next) = page.next.filter(|next| meets(*next)) {
            let is_known = |stored: &&StoredDelivery| {
                let at = stored.details.summary.position;
                at < next && earlier.known.contains(&at)
            };
            let known = tables.newest_first().into_iter().filter(is_known);
            let still = known.filter(|stored| tables.fits(filter, stored));
            page.rows.extend(still.map(|stored| stored.details.summary.clone()));
            (page.next, page.reached) = (earlier.next, earlier.reached);
            page.cut(filter.limit);
        }
        Ok(page)
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        let tables = self.tables();
        Ok(tables.deliveries.iter().filter(|stored| tables.fits(filter, stored)).count() as u64)
    }

    async fn count_of_profile(
        &self,
        profile: &ProfileId,
        states: &[DeliveryState],
        most: usize,
    ) -> Result<BoundedCount, StoreError> {
        let tables = self.tables();
        let rows = tables.deliveries.iter().map(|stored| &stored.details.summary);
        let n = rows.filter(|row| row.profile_id == *profile && states.contains(&row.state)).count();
        Ok(BoundedCount { n: n.min(most) as u64, is_exact: n <= most })
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Details>, StoreError> {
        let tables = self.tables();
        let Some(mut details) = tables.delivery(id).map(|stored| stored.details.clone()) else {
            return Ok(None);
        };
        let summary = |stored: &StoredDelivery| stored.details.summary.clone();
        details.original = details.summary.resent_from.and_then(|id| tables.delivery(id)).map(summary);
        let resends = tables.newest_first().into_iter();
        let resends = resends.filter(|stored| stored.details.summary.resent_from == Some(id));
        details.resends = resends.take(Details::MOST_RESENDS).map(summary).collect();
        Ok(Some(details))
    }

    async fn summaries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError> {
        let tables = self.tables();
        let found = ids.into_iter().filter_map(|id| tables.delivery(id));
        Ok(found.map(|stored| stored.details.summary.clone()).collect())
    }

    async fn find_deliveries(&self, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError> {
        let Some((first, last)) = delivery_range(text) else { return Ok(Default::default()) };
        let tables = self.tables();
        let rows = tables.newest_first().into_iter().map(|stored| &stored.details.summary);
        let found = rows.filter(|row| (first..=last).contains(&row.id)).take(MOST_FOUND);
        Ok((found.cloned().collect(), PassedOver::default()))
    }

    async fn position(&self, id: DeliveryId) -> Result<LogPosition, StoreError> {
        let tables = self.tables();
        if let Some(stored) = tables.delivery(id) {
            return Ok(stored.details.summary.position);
        }
        let rows = tables.deliveries.iter().map(|stored| &stored.details.summary);
        let before = rows.filter(|row| row.id < id).max_by_key(|row| row.id);
        Ok(before.map_or(LogPosition::FIRST, |row| row.position.after()))
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        Ok(self.tables().count(|_| true))
    }

    async fn recount(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn batch_progress(&self, range: RunRange) -> Result<BatchProgress, StoreError> {
        let tables = self.tables();
        let of_run = tables.deliveries.iter().filter(|stored| stored.is_in(range));
        let pending = of_run.map(|stored| &stored.details.summary).filter(|row| row.state.is_pending());
        let end = LogPosition::new(tables.accepted).after().clamp(range.from, range.to);
        let low_watermark = pending.map(|row| row.position).min().unwrap_or(end);
        let settled = tables.count(|stored| stored.is_in(RunRange { to: low_watermark, ..range }));
        let rest = tables.count(|stored| stored.is_in(RunRange { from: low_watermark, ..range }));
        Ok(BatchProgress { settled, rest, low_watermark })
    }

    async fn deliveries_of_run(
        &self,
        range: RunRange,
        state: DeliveryState,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError> {
        let tables = self.tables();
        let of_run = tables.newest_first().into_iter().filter(|stored| stored.is_in(range));
        let rows = of_run.map(|stored| &stored.details.summary).filter(|row| row.state == state);
        Ok(rows.take(limit).cloned().collect())
    }

    async fn of_run(&self, run: RunId, ids: Vec<DeliveryId>) -> Result<HashSet<DeliveryId>, StoreError> {
        let tables = self.tables();
        let is_of = |id: &DeliveryId| tables.delivery(*id).is_some_and(|stored| stored.run == Some(run));
        Ok(ids.into_iter().filter(is_of).collect())
    }
}
