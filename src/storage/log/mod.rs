//! The log of deliveries: filters and results.

pub mod batch_progress;
pub mod counts;
pub mod filter;
pub mod lookup;
pub mod matcher;
pub mod page;
pub mod search_line;
pub mod search_term;
pub mod search_words;
pub mod status_filter;

use std::collections::HashSet;

use async_trait::async_trait;

use crate::profile::ProfileId;
use crate::record::{DeliveryId, DeliveryState, Details, LogPosition, RunId, RunRange, Summary};
use crate::storage::error::StoreError;
use crate::storage::unreadable::PassedOver;

use batch_progress::BatchProgress;
use counts::{BoundedCount, Counts};
use filter::Filter;
use page::{EarlierSearch, Page, SCAN_LIMIT};

/// Searches deliveries, newest first, and counts them. Newer means accepted later ([`LogPosition`]): deliveries
/// committed while somebody pages or follows are neither missed nor found twice.
///
/// An invalid delivery hides no other: it is skipped, with a note if the result has room for one. Which deliveries
/// match is defined by [`Filter`] and, row by row, by [`RowMatcher`](matcher::RowMatcher); a store may use its
/// indexes only for equivalent results.
#[async_trait]
pub trait Log: Send + Sync {
    /// A page, as far as it is found by scanning `most` rows of each state: [`Page::next`] says where to continue.
    /// The pages of one filter together are all matches, each once.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn search(&self, filter: &Filter, most: usize) -> Result<Page, StoreError>;

    /// The current state of an earlier search, with later deliveries: scans the newest `most` rows of each state, and
    /// of older ones those found before. So a long search need not start over whenever something changes; an older
    /// row that matches only now is not found.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn resume_search(
        &self,
        filter: &Filter,
        earlier: EarlierSearch,
        most: usize,
    ) -> Result<Page, StoreError>;

    /// A page of deliveries, however many rows must be scanned.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn deliveries(&self, filter: &Filter) -> Result<Vec<Summary>, StoreError> {
        let mut filter = filter.clone();
        let mut rows = Vec::new();
        loop {
            let found = self.search(&filter, SCAN_LIMIT).await?;
            filter.limit = filter.limit.saturating_sub(found.rows.len());
            rows.extend(found.rows);
            filter.before = found.next;
            if filter.before.is_none() || filter.limit == 0 {
                return Ok(rows);
            }
        }
    }

    /// How many deliveries match, without the limit. Takes time for each that must be read.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn count(&self, filter: &Filter) -> Result<u64, StoreError>;

    /// How many deliveries of a profile are in one of these states, counted up to `most` or fewer: the cost does not
    /// grow with the log.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn count_of_profile(
        &self,
        profile: &ProfileId,
        states: &[DeliveryState],
        most: usize,
    ) -> Result<BoundedCount, StoreError>;

    /// Everything about one delivery, if it exists.
    ///
    /// # Errors
    /// The store, or the delivery in it, cannot be read.
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Details>, StoreError>;

    /// These deliveries in this order; without those that no longer exist, or are invalid.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn summaries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError>;

    /// The deliveries that a text may name: the one with that id, or the [`lookup::MOST_FOUND`] newest with that id
    /// prefix ([`lookup::delivery_range`]); and unreadable ones among them.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn find_deliveries(&self, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError>;

    /// The position of a delivery. Of one that no longer exists: after everything accepted before it, according to
    /// its id.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn position(&self, id: DeliveryId) -> Result<LogPosition, StoreError>;

    /// How many deliveries are in each state, at the same cost however many there are.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// Recounts the deliveries in each state, since another program may have changed some without counting. Takes
    /// time for each.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn recount(&self) -> Result<(), StoreError>;

    /// Counts the deliveries of a run. Takes time for each, so the next call starts at the low watermark of this one.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn batch_progress(&self, range: RunRange) -> Result<BatchProgress, StoreError>;

    /// The deliveries of a run in this state, newest first, at most `limit`; without invalid ones.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn deliveries_of_run(
        &self,
        range: RunRange,
        state: DeliveryState,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError>;

    /// Those of these deliveries that were accepted by a run.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn of_run(&self, run: RunId, ids: Vec<DeliveryId>) -> Result<HashSet<DeliveryId>, StoreError>;
}
