//! The feed's trait.

use async_trait::async_trait;

use crate::storage::error::StoreError;
use crate::storage::feed::Feed;
use crate::storage::feed::filter::FeedFilter;
use crate::storage::feed::page::{self, FeedPage};
use crate::storage::feed::position::FeedPosition;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::feed::home;
use crate::storage::postgres::feed::read::{Home, attempts, begin, rows, summaries};
use crate::storage::postgres::feed::walk::walk;

#[async_trait]
impl Feed for PgStore {
    async fn feed_end(&self) -> Result<FeedPosition, StoreError> {
        Ok(self.feed_home().await?.end().position())
    }

    async fn feed(
        &self,
        after: &FeedPosition,
        filter: &FeedFilter,
        most: usize,
    ) -> Result<FeedPage, StoreError> {
        let most = most.max(1);
        let home = self.feed_home().await?;
        let mut acquired = self.read().await?;
        let db = acquired.db()?;
        let (mut seen, gap) = begin(db, &home, after).await?;
        let (rows, now) = rows(db, &seen, most).await?;
        let (noted, is_end) = walk(&mut seen, &rows, &now, most);
        let known = summaries(db, &page::rows(&noted, filter)).await?;
        let attempts = attempts(db, &page::attempts(&noted, filter, &known)).await?;
        let entries = page::entries(noted, filter, &known, &attempts);
        Ok(FeedPage { entries, next: seen.position(), is_end, gap })
    }
}

impl PgStore {
    /// The state of the feed on this server.
    async fn feed_home(&self) -> Result<Home, StoreError> {
        let found = Home::read(self.read().await?.db()?).await?;
        if found.is_own {
            return Ok(found);
        }
        home::renew(&mut self.write().await?).await?;
        Home::read(self.read().await?.db()?).await
    }
}
