//! `ringback deliveries list --follow`: the last deliveries, and then what becomes of them and of new ones.
//!
//! The place in the feed is taken before the list is read, so that nothing is between them; what is in both is printed
//! once. A delivery is printed again when it has changed: at most once for all that happens within a moment.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, reader_leaves};
use crate::cli::session::Session;
use crate::clock;
use crate::documents::delivery_row;
use crate::record::{DeliveryId, LogPosition, Summary};
use crate::storage::{
    Blocks, EarlierSearch, FeedFilter, FeedItem, FeedPage, FeedPosition, Filter, Storage, StoreError,
};

use super::filter_args::FilterArgs;
use super::row::line_of;

/// How many deliveries are printed first without `--limit`, as by `tail`.
const USUAL_LIMIT: usize = 10;

/// How many entries of the feed are read at once. An attempt has up to 32 KiB of response.
const PAGE: usize = 100;

/// Of so many deliveries it is known what was printed last; of older ones a line may be printed twice.
const REMEMBERED: usize = 5_000;

/// So many of the pending ones that were printed last are looked at when something has changed: that one was cancelled,
/// or is retried now, is not in the feed.
const WATCHED: usize = 500;

/// The least time between two reads at the end of the feed: commits of that time are read together.
const GATHER: Duration = Duration::from_millis(100);

/// How soon a server that cannot be used is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// Prints until the reader leaves, or a signal ends the process.
pub(super) async fn run(
    session: &Session,
    args: &FilterArgs,
    limit: Option<usize>,
    json: bool,
) -> Result<(), CommandError> {
    let Some(store) = session.store_if_there()? else {
        let file = session.database_named()?;
        return Err(CommandError::Input(format!(
            "no database {file}: there is nothing to follow before its first use"
        )));
    };
    let mut changes = store.changes();
    changes.mark_unchanged();
    let at = store.feed_end().await?;
    let filter = args.filter(&store, clock::now()).await?;
    let feed = FeedFilter {
        profiles: filter.profile.clone().map(|id| vec![id]),
        changes: false,
        ..FeedFilter::default()
    };
    let mut follow = Follow { store: &*store, filter, feed, at, json, printed: Printed::default() };
    let followed = async {
        follow.begin(limit.unwrap_or(USUAL_LIMIT)).await?;
        loop {
            let is_end = follow.next().await?;
            if is_end {
                tokio::time::sleep(GATHER).await;
                // The store was closed.
                changes.changed().await.map_err(|_| CommandError::Unread)?;
            }
        }
    };
    tokio::select! {
        ended = followed => ended,
        () = reader_leaves() => Err(CommandError::Unread),
    }
}

/// What was printed last of each delivery, of the last ones.
#[derive(Default)]
struct Printed {
    lines: HashMap<DeliveryId, u64>,
    order: VecDeque<DeliveryId>,
    /// Those of them that were pending.
    pending: VecDeque<DeliveryId>,
}

impl Printed {
    /// Whether this line is another one than the last of the delivery.
    fn is_new(&mut self, row: &Summary, line: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        line.hash(&mut hasher);
        let before = self.lines.insert(row.id, hasher.finish());
        if before.is_none() {
            self.order.push_back(row.id);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.lines.remove(&oldest);
            }
        }
        if before == Some(hasher.finish()) {
            return false;
        }
        self.pending.retain(|id| *id != row.id);
        if row.state.is_pending() {
            self.pending.push_back(row.id);
            if self.pending.len() > WATCHED {
                self.pending.pop_front();
            }
        }
        true
    }
}

struct Follow<'a> {
    store: &'a dyn Storage,
    filter: Filter,
    feed: FeedFilter,
    /// What was read.
    at: FeedPosition,
    json: bool,
    printed: Printed,
}

impl Follow<'_> {
    /// Prints the last deliveries, oldest first.
    async fn begin(&mut self, limit: usize) -> Result<(), CommandError> {
        let limit = if limit == 0 { usize::MAX } else { limit };
        let mut rows = self.store.deliveries(&Filter { limit, ..self.filter.clone() }).await?;
        rows.reverse();
        let blocks = self.store.blocks().await?;
        self.print(&rows, &blocks)
    }

    /// Prints what has happened since. Returns whether that is all so far. Waits for a server that cannot be used.
    async fn next(&mut self) -> Result<bool, CommandError> {
        let mut is_reported = false;
        loop {
            match self.read().await {
                Ok((page, rows, blocks)) => {
                    if is_reported {
                        eprint_line("ringback: the database can be used again");
                    }
                    if page.gap.is_some() {
                        eprint_line(
                            "ringback: note: some changes are missing here: they were removed, or the database was restored",
                        );
                    }
                    self.at = page.next;
                    self.print(&rows, &blocks)?;
                    return Ok(page.is_end);
                }
                Err(error) if error.problem.is_passing() => {
                    if !is_reported {
                        eprint_line(&format!("ringback: waiting for the database: {error}"));
                        is_reported = true;
                    }
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next entries, and the deliveries that they are about, as they are now, if they match.
    async fn read(&self) -> Result<(FeedPage, Vec<Summary>, Blocks), StoreError> {
        let page = self.store.feed(&self.at, &self.feed, PAGE).await?;
        let mut ids: Vec<DeliveryId> = Vec::new();
        let mut seen = HashSet::new();
        let of_page = page.entries.iter().filter_map(|entry| match &entry.item {
            FeedItem::Accepted(row) => Some(row.id),
            FeedItem::Attempt(recorded) => Some(recorded.delivery),
            FeedItem::Profile(_) => None,
        });
        let watched = self.printed.pending.iter().copied().filter(|_| page.is_end);
        ids.extend(of_page.chain(watched).filter(|id| seen.insert(*id)));
        let rows = self.matching(ids).await?;
        let blocks = if rows.is_empty() { Blocks::default() } else { self.store.blocks().await? };
        Ok((page, rows, blocks))
    }

    /// Those of these deliveries that match, in this order, as they are now.
    async fn matching(&self, ids: Vec<DeliveryId>) -> Result<Vec<Summary>, StoreError> {
        let rows = self.store.summaries(ids.clone()).await?;
        if rows.is_empty() {
            return Ok(rows);
        }
        // As a search that found all of them before: each is matched again.
        let earlier = EarlierSearch {
            known: rows.iter().map(|row| row.position).collect(),
            newest: Some(LogPosition::END),
            ..EarlierSearch::default()
        };
        let filter =
            Filter { limit: rows.len().saturating_add(ids.len()).saturating_add(100), ..self.filter.clone() };
        let found = self.store.resume_search(&filter, earlier, 1).await?;
        let mut found: HashMap<DeliveryId, Summary> =
            found.rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    fn print(&mut self, rows: &[Summary], blocks: &Blocks) -> Result<(), CommandError> {
        let mut text = String::new();
        for row in rows {
            let line =
                if self.json { format!("{}\n", delivery_row(row, blocks)) } else { line_of(row, blocks) };
            if self.printed.is_new(row, &line) {
                text.push_str(&line);
            }
        }
        if text.is_empty() { Ok(()) } else { print(&text) }
    }
}
