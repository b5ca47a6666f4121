//! Refuses events while too many are queued: a platform that produces faster than its endpoints take must learn that,
//! and the disk must not fill.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::api::{ApiError, Code};
use crate::storage::Storage;

/// How old a count may be.
const FRESH: Duration = Duration::from_millis(250);

/// When a client may try again.
const RETRY: Duration = Duration::from_secs(5);

/// Whether there is room for more events.
#[derive(Debug)]
pub(crate) struct Room {
    /// How many deliveries may be pending; 0 for any number.
    most: u64,
    /// How many are, and when they were counted.
    counted: Mutex<Option<(Instant, u64)>>,
}

impl Room {
    pub(crate) fn new(most: u64) -> Self {
        Self { most, counted: Mutex::new(None) }
    }

    /// Whether there is room.
    ///
    /// # Errors
    /// There is none, or the store cannot be read.
    pub(crate) async fn check(&self, store: &dyn Storage) -> Result<(), ApiError> {
        if self.most == 0 {
            return Ok(());
        }
        let known = *self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.filter(|(at, _)| at.elapsed() < FRESH);
        let pending = if let Some((_, pending)) = known { pending } else { self.count(store).await? };
        if pending < self.most {
            return Ok(());
        }
        let why = format!("{pending} deliveries are queued, and {} may be: try again later", self.most);
        Err(ApiError::new(Code::TooMany, why).retry_after(RETRY))
    }

    /// Counts the pending deliveries.
    async fn count(&self, store: &dyn Storage) -> Result<u64, ApiError> {
        let counts = store.counts().await?;
        let pending = counts.queued + counts.waiting;
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), pending));
        Ok(pending)
    }

    /// These many were accepted since.
    pub(super) fn note(&self, accepted: usize) {
        if let Some((_, pending)) = &mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner) {
            *pending += accepted as u64;
        }
    }
}
