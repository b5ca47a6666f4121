//! The log of deliveries: which are meant, and what is found.

pub mod batch_progress;
pub mod counts;
pub mod filter;
pub mod lookup;
pub mod matcher;
pub mod page;
pub mod search_words;
pub mod status_filter;

use std::collections::HashSet;

use async_trait::async_trait;

use crate::record::{DeliveryId, DeliveryState, Details, LogPosition, RunId, RunRange, Summary};
use crate::storage::error::StoreError;
use crate::storage::unreadable::PassedOver;

use batch_progress::BatchProgress;
use counts::Counts;
use filter::Filter;
use page::{EarlierSearch, Page, SCAN_LIMIT};

/// Finds deliveries, newest first, and counts them. Newer is what was accepted later ([`LogPosition`]): what is
/// committed while somebody pages or follows is neither missed nor found twice.
///
/// A stored delivery that has no meaning hides no other: it is passed over, with a note where the answer
/// has room for one. Which deliveries fit is said by [`Filter`] and, row by row, by
/// [`RowMatcher`](matcher::RowMatcher); a store may answer from its indexes only what these would say.
#[async_trait]
pub trait Log: Send + Sync {
    /// A page, as far as it is found by looking at `most` rows of each state: [`Page::next`] says where
    /// to continue. The pages of one filter together are all that fit, each once.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn search(&self, filter: &Filter, most: usize) -> Result<Page, StoreError>;

    /// What an earlier search found, as it is now, with what came since: the newest `most` rows of each
    /// state are looked at, and of older ones those that were found. So a search that came far need not
    /// begin anew whenever something changes; an older row that fits only now is not found.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn resume_search(
        &self,
        filter: &Filter,
        earlier: EarlierSearch,
        most: usize,
    ) -> Result<Page, StoreError>;

    /// A page of deliveries, however far must be searched for it.
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

    /// Everything about one delivery, if it is there.
    ///
    /// # Errors
    /// The store, or what is stored there, cannot be read.
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Details>, StoreError>;

    /// These deliveries in this order; without those that are no longer there, or have no meaning.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn summaries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError>;

    /// The deliveries that a text may mean: the one of that id, or those whose id starts so
    /// ([`lookup::delivery_range`]), the [`lookup::MOST_FOUND`] newest of them; and those of them that
    /// cannot be read.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn find_deliveries(&self, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError>;

    /// Where a delivery stands. Of one that is no longer there: after all that, by its id, was accepted before it.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn position(&self, id: DeliveryId) -> Result<LogPosition, StoreError>;

    /// How many deliveries are in each state, at the same cost however many there are.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// Counts anew how many deliveries are in each state, where another program may have changed some
    /// without counting. Takes time for each.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn recount(&self) -> Result<(), StoreError>;

    /// Counts the deliveries of a run. Takes time for each, so the next question begins at the low
    /// watermark of this one.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn batch_progress(&self, range: RunRange) -> Result<BatchProgress, StoreError>;

    /// The deliveries of a run in this state, the newest first, at most `limit`; without those that have
    /// no meaning.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn deliveries_of_run(
        &self,
        range: RunRange,
        state: DeliveryState,
        limit: usize,
    ) -> Result<Vec<Summary>, StoreError>;

    /// Those of these deliveries that a run has accepted.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn of_run(&self, run: RunId, ids: Vec<DeliveryId>) -> Result<HashSet<DeliveryId>, StoreError>;
}
