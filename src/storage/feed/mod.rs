//! The feed: what was accepted, attempted and changed, in an order that a reader can resume after any entry.

pub mod entry;
pub mod filter;
pub mod page;
pub mod position;

use async_trait::async_trait;

use crate::storage::error::StoreError;

use filter::FeedFilter;
use page::FeedPage;
use position::FeedPosition;

/// Reads the feed. Each commit that accepts deliveries, records attempts or changes profiles is in it, once it is
/// visible to readers, and never at a position that a reader has passed: of concurrent commits, one that becomes
/// visible later is read later. Entries of one delivery are in their order.
#[async_trait]
pub trait Feed: Send + Sync {
    /// The position after everything that is committed.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn feed_end(&self) -> Result<FeedPosition, StoreError>;

    /// What was committed after a position, of the next `most` entries (at least 1) those that match. Deliveries and
    /// attempts that were removed are left out. An unknown position, or one whose entries were removed, continues
    /// with everything that is kept, and the page says so.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn feed(
        &self,
        after: &FeedPosition,
        filter: &FeedFilter,
        most: usize,
    ) -> Result<FeedPage, StoreError>;
}
