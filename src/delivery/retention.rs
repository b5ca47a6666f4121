//! The log is kept within its bounds by the process that sends, and what was deleted goes in time.
//! By age nothing goes while the clock is doubted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock;
use crate::storage::{ClockDoubt, Removed, RetentionPolicy, Storage, StoreError, rest};

use crate::delivery::sender_status::{Role, Sending};

/// Free pages that stay in the file: new deliveries fill them.
const SPARE: u64 = 256;

/// When it is looked for what can go.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
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
const QUICK: Pace =
    Pace { first: Duration::ZERO, often: Duration::from_millis(1), seldom: Duration::from_hours(1) };

/// Removes what is kept no longer, for as long as this is held and this process sends.
#[derive(Debug)]
pub struct Keeping {
    task: JoinHandle<()>,
}

impl Keeping {
    /// Starts when this process becomes the one that sends. `doubted` gets each new doubt of the clock,
    /// for whoever watches. Needs a tokio runtime.
    #[must_use]
    pub fn start(
        store: Arc<dyn Storage>,
        keep: RetentionPolicy,
        sending: watch::Receiver<Sending>,
        doubted: impl Fn(ClockDoubt) + Send + 'static,
    ) -> Self {
        Self::at(PACE, store, keep, sending, doubted)
    }

    fn at(
        pace: Pace,
        store: Arc<dyn Storage>,
        keep: RetentionPolicy,
        sending: watch::Receiver<Sending>,
        doubted: impl Fn(ClockDoubt) + Send + 'static,
    ) -> Self {
        Self { task: tokio::spawn(run(store, keep, sending, pace, doubted)) }
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    store: Arc<dyn Storage>,
    keep: RetentionPolicy,
    mut sending: watch::Receiver<Sending>,
    pace: Pace,
    doubted: impl Fn(ClockDoubt) + Send,
) {
    if sending.wait_for(|now| now.role == Role::Sends).await.is_err() {
        return;
    }
    tokio::time::sleep(pace.first).await;
    let mut changes = store.changes();
    let mut reported = None;
    while sending.borrow().role == Role::Sends {
        changes.mark_unchanged();
        // A full disk is the sender's to tell; what could not go now goes the next time.
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

/// Removes all that is kept no longer, with rests between the batches; nothing by age while the clock is
/// doubted.
async fn sweep(store: &dyn Storage, mut keep: RetentionPolicy) -> Result<Option<ClockDoubt>, StoreError> {
    let now = clock::now();
    let doubt = store.doubt_clock(now).await?;
    if doubt.is_some() {
        keep.days = 0;
    } else {
        store.purge_profiles(now).await?;
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

#[cfg(test)]
mod tests;
