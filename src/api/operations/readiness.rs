//! Whether an event that is posted now would be accepted.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::storage::{Storage, StoreError};

/// For how long a successful write says that the next one succeeds: `/readyz` needs no key, and whoever asks more often
/// must not cost more commits.
const FRESH: Duration = Duration::from_secs(1);

/// What is known about the store.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    /// When it was written to for the last time to find out, unless something failed since.
    written: Mutex<Option<Instant>>,
}

impl Readiness {
    /// Whether the store can be written. Concurrent calls may each write.
    ///
    /// # Errors
    /// It cannot.
    pub(super) async fn check(&self, store: &dyn Storage) -> Result<(), StoreError> {
        let written = *self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.is_some_and(|at| at.elapsed() < FRESH) {
            return Ok(());
        }
        let now = Instant::now();
        store.try_write().await?;
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(())
    }

    /// Events could not be stored: the next check writes.
    pub(crate) fn failed(&self) {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
