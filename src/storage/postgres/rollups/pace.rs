//! When a process folds.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::storage::postgres::PgStore;

/// After so many calls that have changed deliveries. Each reader adds up the rows that are not folded.
const EVERY: u32 = 512;

/// How much this process has done since it folded.
#[derive(Debug, Default)]
pub struct FoldPace {
    calls: AtomicU32,
    is_folding: AtomicBool,
}

impl PgStore {
    /// Notes that rows were inserted, and folds them when there may be many: in the background, since nobody waits for
    /// it. What a process does not get to is folded by the next one.
    pub(in crate::storage::postgres) fn note_counted(&self) {
        let pace = &self.0.folds;
        if pace.calls.fetch_add(1, Ordering::Relaxed) < EVERY || pace.is_folding.swap(true, Ordering::AcqRel)
        {
            return;
        }
        pace.calls.store(0, Ordering::Relaxed);
        let store = self.clone();
        tokio::spawn(async move {
            // On an error the rows stay, and the next time is soon.
            drop(store.fold().await);
            store.0.folds.is_folding.store(false, Ordering::Release);
        });
    }
}
