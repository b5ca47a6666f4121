//! The counts of deliveries, read while everything else continues: a server that refuses or is silent neither ends the
//! command nor delays what it reports.

use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::cli::command_sender::poll_due;
use crate::storage::{Counts, Opened, StoreError};

/// The minimum interval between two counts.
const MIN_INTERVAL: Duration = Duration::from_millis(20);

/// The pause before the next count after one has failed.
const PAUSE: Duration = Duration::from_secs(1);

/// A count that takes longer is not to be expected soon: what was counted before is shown no longer.
const OVERDUE: Duration = Duration::from_secs(2);

/// The result of a count.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// All deliveries by state.
    pub counts: Counts,
    /// Whether nothing is pending, except what is blocked; false unless this was asked for.
    pub is_idle: bool,
}

type Count = Pin<Box<dyn Future<Output = Result<Counted, StoreError>> + Send>>;

/// Counts after each change, one count at a time.
pub struct Counting {
    store: Opened,
    changes: watch::Receiver<u64>,
    /// Whether to find out if anything is left to wait for.
    until_idle: bool,
    /// When the next count is due.
    next: Instant,
    /// The count that runs, and since when.
    running: Option<(Count, Instant)>,
    has_failed: bool,
}

impl Counting {
    /// The first count is due at once.
    pub fn new(store: Opened, until_idle: bool) -> Self {
        let mut changes = store.changes();
        changes.mark_changed();
        Self { store, changes, until_idle, next: Instant::now(), running: None, has_failed: false }
    }

    /// The next count, once something has changed. May be dropped and called again: a count that runs continues.
    ///
    /// # Errors
    /// The database cannot be read; it is counted again later.
    pub async fn next(&mut self) -> Result<Counted, StoreError> {
        let (count, _) = match &mut self.running {
            Some(running) => running,
            none => {
                poll_due(&mut self.changes, self.next).await;
                none.insert((Box::pin(count(self.store.clone(), self.until_idle)), Instant::now()))
            }
        };
        let counted = count.await;
        self.running = None;
        self.has_failed = counted.is_err();
        self.next = Instant::now() + if self.has_failed { PAUSE } else { MIN_INTERVAL };
        if self.has_failed {
            self.changes.mark_changed();
        }
        counted
    }

    /// Whether a count runs.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Whether the last counts are those of now, or of a moment ago.
    pub fn are_known(&self) -> bool {
        !self.has_failed && self.running.as_ref().is_none_or(|(_, began)| began.elapsed() < OVERDUE)
    }

    /// Ends the count that runs: it may have the connection that others wait for.
    pub fn stop(&mut self) {
        self.running = None;
    }
}

async fn count(store: Opened, until_idle: bool) -> Result<Counted, StoreError> {
    let counts = store.counts().await?;
    // Checked in the deliveries themselves: another program may have changed them without updating the counts.
    let is_idle = until_idle && !store.is_moving(None).await?;
    Ok(Counted { counts, is_idle })
}
