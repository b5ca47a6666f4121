//! Whether an event that is posted now would be accepted.

use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Whether an event could not be stored after that.
    has_failed: AtomicBool,
}

impl Readiness {
    /// Whether the store can be written.
    ///
    /// # Errors
    /// It cannot.
    pub(super) async fn check(&self, store: &dyn Storage) -> Result<(), StoreError> {
        let mut last = self.last.lock().await;
        let has_failed = self.has_failed.swap(false, Ordering::SeqCst);
        if let Some((at, result)) = &*last
            && at.elapsed() < FRESH
            && (!has_failed || result.is_err())
        {
            return result.clone();
        }
        let result = store.try_write().await;
        *last = Some((Instant::now(), result.clone()));
        result
    }

    /// An event could not be stored: the result of an earlier write says nothing any more.
    pub(crate) fn failed(&self) {
        self.has_failed.store(true, Ordering::SeqCst);
    }
}
