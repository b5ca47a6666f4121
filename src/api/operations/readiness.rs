//! Whether an event that is posted now would be accepted.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::storage::{Storage, StoreError};

/// How long the result of a write is used for: `/readyz` needs no key, and frequent checks must not cost commits.
const FRESH: Duration = Duration::from_secs(1);

/// What is known about the store.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    /// When it was last written to, and with what result. Locked while it is written to: concurrent checks share a
    /// write.
    last: Mutex<Option<(Instant, Result<(), StoreError>)>>,
    /// What became of the last event after that: [`NONE`], [`STORED`] or [`FAILED`].
    event: AtomicU8,
}

const NONE: u8 = 0;
const STORED: u8 = 1;
const FAILED: u8 = 2;

impl Readiness {
    /// Whether the store can be written.
    ///
    /// # Errors
    /// It cannot.
    pub(super) async fn check(&self, store: &dyn Storage) -> Result<(), StoreError> {
        let mut last = self.last.lock().await;
        let event = self.event.swap(NONE, Ordering::SeqCst);
        let contradicting = |result: &Result<(), StoreError>| if result.is_ok() { FAILED } else { STORED };
        if let Some((at, result)) = &*last
            && at.elapsed() < FRESH
            && event != contradicting(result)
        {
            return result.clone();
        }
        let result = store.try_write().await;
        *last = Some((Instant::now(), result.clone()));
        result
    }

    /// An event could not be stored: that an earlier write succeeded says nothing any more.
    pub(crate) fn failed(&self) {
        self.event.store(FAILED, Ordering::SeqCst);
    }

    /// An event was stored: that an earlier write failed says nothing any more.
    pub(crate) fn stored(&self) {
        self.event.store(STORED, Ordering::SeqCst);
    }
}
