//! Follows the feed for one client: reads a page, hands it over, and waits for the next commit. However slow the client
//! is, one page waits for it, and one that takes nothing for too long is disconnected.

use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::text;
use crate::api::auth::StreamKey;
use crate::api::{Api, Code};
use crate::storage::{Blocks, FeedFilter, FeedPage, FeedPosition, StoreError};

/// How many entries are read at once. An attempt has up to 32 KiB of response.
const PAGE: usize = 32;

/// How many bytes are handed over at once, unless an event has more.
const PART: usize = 64 << 10;

/// How often a client without events gets a sign of life.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The least time between two reads at the end of the feed: commits of that time are read together.
const GATHER: Duration = Duration::from_millis(100);

/// How often a key is looked at: a revoked one ends its streams within two seconds.
const KEY: Duration = Duration::from_millis(500);

/// How long a client may take nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// How soon a read that failed is repeated.
const AGAIN: Duration = Duration::from_secs(1);

/// A stream broke off.
#[derive(Debug, thiserror::Error)]
#[error("the database {0}")]
pub(super) struct Broken(crate::storage::Problem);

/// A stream.
pub(super) struct Follow {
    pub(super) api: Api,
    /// None if requests need none.
    pub(super) key: Option<StreamKey>,
    pub(super) filter: FeedFilter,
    /// Whether it stays at the end of the feed.
    pub(super) stays: bool,
    /// What was read.
    pub(super) at: FeedPosition,
    pub(super) pages: mpsc::Sender<Result<Bytes, Broken>>,
}

impl Follow {
    /// Hands over pages until the client leaves, its key is revoked, or the server stops. A stream that `is_resumed`
    /// has events before its first position.
    pub(super) async fn run(mut self, is_resumed: bool) {
        let (api, pages) = (self.api.clone(), self.pages.clone());
        tokio::select! {
            biased;
            () = api.streams_end() => {}
            () = pages.closed() => {}
            () = self.key_ends() => {}
            () = self.pages(is_resumed) => {}
        }
    }

    /// Waits until the key is no longer valid. A store that cannot be read says nothing about it.
    fn key_ends(&self) -> impl Future<Output = ()> + use<> {
        let (api, key) = (self.api.clone(), self.key.clone());
        async move {
            let (Some(keys), Some(key)) = (api.keys(), key) else { return std::future::pending().await };
            loop {
                sleep(KEY).await;
                if keys.check(&key).await.is_err_and(|error| error.code() == Code::Unauthorized) {
                    return;
                }
            }
        }
    }

    async fn pages(&mut self, is_resumed: bool) {
        let mut changes = self.api.store.changes();
        let mut beginning = text::beginning();
        if !is_resumed {
            beginning.push_str(&text::position(&self.at));
        }
        if self.hand_over(beginning).await.is_err() {
            return;
        }
        let mut alive_until = Instant::now() + KEEP_ALIVE;
        loop {
            changes.mark_unchanged();
            let is_end = match self.page().await {
                Ok((page, blocks)) => {
                    if !page.entries.is_empty() || page.gap.is_some() {
                        alive_until = Instant::now() + KEEP_ALIVE;
                    }
                    if self.hand_over_page(&page, &blocks).await.is_err() {
                        return;
                    }
                    self.at = page.next;
                    page.is_end
                }
                Err(error) if !self.stays => {
                    // A client that waits for the end must not mistake this for it.
                    let _ = self.pages.send(Err(Broken(error.problem))).await;
                    return;
                }
                Err(_) => {
                    sleep(AGAIN).await;
                    changes.mark_changed();
                    true
                }
            };
            if !is_end {
                continue;
            }
            if !self.stays {
                let _ = self.hand_over(text::position(&self.at)).await;
                return;
            }
            sleep(GATHER).await;
            loop {
                tokio::select! {
                    is_open = changes.changed() => match is_open {
                        Ok(()) => break,
                        // The store was closed.
                        Err(_) => return,
                    },
                    () = sleep_until(alive_until) => {
                        alive_until = Instant::now() + KEEP_ALIVE;
                        if self.hand_over(text::keep_alive(&self.at)).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// The next entries, and what blocks deliveries.
    async fn page(&self) -> Result<(FeedPage, Blocks), StoreError> {
        let store = &self.api.store;
        let page = store.feed(&self.at, &self.filter, PAGE).await?;
        let blocks = if page.entries.is_empty() { Blocks::default() } else { store.blocks().await? };
        Ok((page, blocks))
    }

    /// Hands a page over, a part at a time.
    async fn hand_over_page(&self, page: &FeedPage, blocks: &Blocks) -> Result<(), Gone> {
        let mut part = String::new();
        if let Some(gap) = &page.gap {
            text::gap(&mut part, gap);
        }
        for entry in &page.entries {
            text::entry(&mut part, entry, blocks);
            if part.len() >= PART {
                self.hand_over(std::mem::take(&mut part)).await?;
            }
        }
        if part.is_empty() { Ok(()) } else { self.hand_over(part).await }
    }

    /// Hands a text over.
    async fn hand_over(&self, text: String) -> Result<(), Gone> {
        match timeout(PATIENCE, self.pages.send(Ok(Bytes::from(text)))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

/// The client has left, or takes nothing.
#[derive(Debug)]
struct Gone;
