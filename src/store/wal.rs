//! When the write-ahead log goes into the database.
//!
//! Left to itself, `SQLite` tries after every commit once the log is longer than a thousand pages; and
//! while others read all the time, the log never starts anew, so every commit pays for two. Here each
//! try has that much more log to move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::Connection;

use super::error::StoreError;

/// Pages of new log that are worth a try: 16 MiB.
const WORTH: i32 = 4 * 1024;

/// With so many pages, 128 MiB, who reads is waited for, so that the log starts anew.
const LONGEST: i32 = 32 * 1024;

/// How long the log is, as the connection that writes knows it.
pub(super) struct Log {
    pages: Arc<AtomicI32>,
    moved: i32,
}

impl Log {
    /// Takes the log of this connection over.
    pub(super) fn of(db: &mut Connection) -> Result<Self, StoreError> {
        let pages = Arc::<AtomicI32>::default();
        let noted = Arc::clone(&pages);
        db.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            noted.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self { pages, moved: 0 })
    }

    /// Moves the log into the database, if that is worth it. What fails is tried again a little later.
    pub(super) fn keep_short(&mut self, db: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.moved {
            self.moved = 0;
        }
        if pages - self.moved >= WORTH {
            self.moved = pages;
            let mode = if pages >= LONGEST { "RESTART" } else { "PASSIVE" };
            let _ = db.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        }
    }
}
