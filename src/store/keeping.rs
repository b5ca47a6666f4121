//! The log is kept within its bounds by the process that sends, and what was deleted goes in time.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::delivery::{Role, Sending};

use super::Store;
use super::error::StoreError;
use super::prune::{Keep, Removed};
use super::shrink::rest;

/// Free pages that stay in the file: new deliveries fill them.
const SPARE: u64 = 256;

/// When it is looked for what can go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// After the start, which has better to do.
    first: Duration,
    /// At most this often, while deliveries come.
    often: Duration,
    /// At least this often, since what is there grows old.
    seldom: Duration,
}

const PACE: Pace =
    Pace { first: Duration::from_secs(10), often: Duration::from_mins(1), seldom: Duration::from_hours(1) };

/// At once, for tests.
#[cfg(test)]
pub(super) const QUICK: Pace =
    Pace { first: Duration::ZERO, often: Duration::from_millis(1), seldom: Duration::from_hours(1) };

/// Removes what is kept no longer, for as long as this is held and this process sends.
#[derive(Debug)]
pub struct Keeping {
    task: JoinHandle<()>,
}

impl Keeping {
    /// Starts when this process becomes the one that sends. Needs a tokio runtime.
    #[must_use]
    pub fn start(store: Store, keep: Keep, sending: watch::Receiver<Sending>) -> Self {
        Self::at(PACE, store, keep, sending)
    }

    pub(super) fn at(pace: Pace, store: Store, keep: Keep, sending: watch::Receiver<Sending>) -> Self {
        Self { task: tokio::spawn(run(store, keep, sending, pace)) }
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(store: Store, keep: Keep, mut sending: watch::Receiver<Sending>, pace: Pace) {
    if sending.wait_for(|now| now.role == Role::Sends).await.is_err() {
        return;
    }
    tokio::time::sleep(pace.first).await;
    let mut changes = store.changes();
    while sending.borrow().role == Role::Sends {
        changes.mark_unchanged();
        // A full disk is the sender's to tell; what could not go now goes the next time.
        let _ = sweep(&store, keep).await;
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

/// Removes all that is kept no longer, with rests between the batches.
async fn sweep(store: &Store, keep: Keep) -> Result<(), StoreError> {
    let now = Timestamp::now();
    store.purge_profiles(now).await?;
    if keep.is_all() {
        return Ok(());
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
    if all == Removed::default() { Ok(()) } else { store.shrink(SPARE).await }
}
