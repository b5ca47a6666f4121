//! The claims of this process: rows that were handed out and are neither recorded nor released. They are kept in
//! memory, not on disk: one process sends at a time, and its claims are free when it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::record::JobRef;
use crate::storage::sqlite::queue::floors::{Floors, SeenFloors};
use crate::storage::sqlite::queue::job::KnownProfiles;
use crate::storage::sqlite::queue::row_set::RowSet;

/// The claimed rows. A claim sees them as they were when it started, however long it takes.
#[derive(Debug, Default)]
pub struct Claims {
    rows: Mutex<Arc<RowSet>>,
    floors: Mutex<Floors>,
    /// The profiles of claimed deliveries.
    pub profiles: Mutex<KnownProfiles>,
    /// Locked by a claim from its first query to its end.
    turn: tokio::sync::Mutex<()>,
}

impl Claims {
    /// The currently claimed rows.
    pub fn rows(&self) -> Arc<RowSet> {
        Arc::clone(&self.lock())
    }

    /// Waits for a claim in progress: two concurrent ones would find the same rows.
    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Where the queues of lanes start.
    pub fn floors(&self) -> SeenFloors {
        self.floors.lock().unwrap_or_else(PoisonError::into_inner).seen()
    }

    /// Raises the floors of lanes to these rows: everything up to and including them is claimed by now.
    pub fn raise(&self, seen: SeenFloors, raised: impl Iterator<Item = (i64, i64)>) {
        self.floors.lock().unwrap_or_else(PoisonError::into_inner).raise(seen, raised);
    }

    /// Ends these claims, so that others may claim them.
    pub fn release(&self, jobs: impl ExactSizeIterator<Item = JobRef>) {
        self.forget_floors();
        self.end(jobs);
    }

    fn forget_floors(&self) {
        self.floors.lock().unwrap_or_else(PoisonError::into_inner).forget();
    }

    /// Claims these.
    pub fn begin(&self, jobs: impl ExactSizeIterator<Item = JobRef>) {
        if jobs.len() > 0 {
            let mut rows = self.lock();
            Arc::make_mut(&mut rows).extend(jobs.map(JobRef::token));
        }
    }

    /// Ends these claims.
    pub fn end(&self, jobs: impl ExactSizeIterator<Item = JobRef>) {
        if jobs.len() > 0 {
            let mut rows = self.lock();
            let rows = Arc::make_mut(&mut rows);
            for job in jobs {
                rows.remove(&job.token());
            }
        }
    }

    /// Ends all.
    pub fn clear(&self) {
        self.forget_floors();
        *self.lock() = Arc::default();
    }

    fn lock(&self) -> MutexGuard<'_, Arc<RowSet>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
