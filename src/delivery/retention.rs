//! Applies the retention in the active sender, and removes deleted profiles in time. Nothing is removed by age while
//! the clock is doubtful.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock;
use crate::storage::{ClockDoubt, Removed, RetentionPolicy, Storage, StoreError, rest};

use crate::delivery::sender_status::{SenderRole, SenderStatus};

/// Free pages that stay in the file: new deliveries use them.
const SPARE: u64 = 256;

/// When retention runs.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// After the start, which has more important work.
    first: Duration,
    /// At most this often, while deliveries arrive.
    often: Duration,
    /// At least this often, since deliveries grow old.
    seldom: Duration,
}

const PACE: Pace =
    Pace { first: Duration::from_secs(10), often: Duration::from_mins(1), seldom: Duration::from_hours(1) };

/// At once, for tests.
#[cfg(test)]
const QUICK: Pace =
    Pace { first: Duration::ZERO, often: Duration::from_millis(1), seldom: Duration::from_hours(1) };

/// Applies the retention for as long as this value exists and this process sends.
#[derive(Debug)]
pub struct RetentionTask {
    task: JoinHandle<()>,
}

impl RetentionTask {
    /// Starts when this process becomes the active sender. `doubted` receives each new doubt about the clock. Needs a
    /// tokio runtime.
    #[must_use]
    pub fn start(
        store: Arc<dyn Storage>,
        keep: RetentionPolicy,
        status: watch::Receiver<SenderStatus>,
        doubted: impl Fn(ClockDoubt) + Send + 'static,
    ) -> Self {
        Self::at(PACE, store, keep, status, doubted)
    }

    fn at(
        pace: Pace,
        store: Arc<dyn Storage>,
        keep: RetentionPolicy,
        status: watch::Receiver<SenderStatus>,
        doubted: impl Fn(ClockDoubt) + Send + 'static,
    ) -> Self {
        Self { task: tokio::spawn(run(store, keep, status, pace, doubted)) }
    }
}

impl Drop for RetentionTask {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    store: Arc<dyn Storage>,
    keep: RetentionPolicy,
    mut status: watch::Receiver<SenderStatus>,
    pace: Pace,
    doubted: impl Fn(ClockDoubt) + Send,
) {
    if status.wait_for(|now| now.role == SenderRole::Active).await.is_err() {
        return;
    }
    tokio::time::sleep(pace.first).await;
    let mut changes = store.changes();
    let mut reported = None;
    while status.borrow().role == SenderRole::Active {
        changes.mark_unchanged();
        // A full disk is reported by the sender; what could not be removed now is removed the next time.
        if let Ok(doubt) = sweep(&*store, keep).await
            && let Some(doubt) = doubt.filter(|doubt| reported != Some(*doubt))
        {
            doubted(doubt);
            reported = Some(doubt);
        }
        let news = async {
            tokio::time::sleep(pace.often).await;
            changes.changed().await
        };
        tokio::select! {
            _ = news => {}
            () = tokio::time::sleep(pace.seldom) => {}
        }
    }
}

/// Removes everything beyond the retention, with pauses between the batches; nothing by age while the clock is
/// doubtful.
async fn sweep(store: &dyn Storage, mut keep: RetentionPolicy) -> Result<Option<ClockDoubt>, StoreError> {
    let now = clock::now();
    let doubt = store.doubt_clock(now).await?;
    if doubt.is_some() {
        keep.days = 0;
    } else {
        store.purge_profiles(now).await?;
        purge_receipts(store, now).await?;
        store.prune_rollups(keep, now).await?;
    }
    if keep.is_all() {
        return Ok(doubt);
    }
    let (mut all, mut after) = (Removed::default(), None);
    loop {
        let began = Instant::now();
        let (removed, next) = store.prune_next(keep, now, after).await?;
        all.add(removed);
        after = next;
        if after.is_none() {
            break;
        }
        rest(began).await;
    }
    if all != Removed::default() {
        store.shrink(SPARE).await?;
    }
    Ok(doubt)
}

/// Removes the receipts that no longer count, with pauses in which others write.
async fn purge_receipts(store: &dyn Storage, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let began = Instant::now();
        if store.purge_receipts(now).await? == 0 {
            return Ok(());
        }
        rest(began).await;
    }
}

#[cfg(test)]
mod tests;
