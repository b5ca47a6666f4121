//! Releases the space of removed rows, a little at a time.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::storage::error::{Problem, StoreError};
use crate::storage::retention::rest::rest;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::error::InFile as _;
use crate::threads;

/// Pages released in one transaction, half a megabyte: each may have to be moved first.
const PAGES: u32 = 128;

impl Store {
    /// Releases free pages until at most `spare` are left, with pauses in which others write. Released pages leave
    /// the file at the next checkpoint, which is done here unless somebody is in the way.
    ///
    /// # Errors
    /// The file cannot be written. Pages released before stay released.
    pub async fn shrink(&self, spare: u64) -> Result<(), StoreError> {
        loop {
            let free = self.read(|tx| pages(tx, "freelist_count")).await?;
            let wanted = u32::try_from(free.saturating_sub(spare)).unwrap_or(u32::MAX).min(PAGES);
            if wanted == 0 {
                break;
            }
            let began = Instant::now();
            let left = self
                .write(move |tx| {
                    // Each step of the statement frees a page.
                    let mut statement = tx.prepare(&format!("PRAGMA incremental_vacuum({wanted})"))?;
                    let mut freed = statement.query([])?;
                    while freed.next()?.is_some() {}
                    pages(tx, "freelist_count")
                })
                .await?;
            if left >= free {
                // A file created without this keeps its pages, and reuses them.
                break;
            }
            rest(began).await;
        }
        self.write_back().await
    }

    /// The size of the database in bytes, without the write-ahead log.
    ///
    /// # Errors
    /// The file cannot be inspected.
    pub fn size(&self) -> Result<u64, StoreError> {
        let told = |error: std::io::Error| StoreError::from(Problem::Disk(error.to_string())).at(self.path());
        Ok(std::fs::metadata(self.path()).map_err(told)?.len())
    }

    /// Checkpoints the log into the database, and truncates it, unless somebody reads or writes: it waits for nobody.
    /// A separate connection does it, so that no write waits behind it for the disk.
    ///
    /// # Errors
    /// The file cannot be opened or written.
    pub async fn write_back(&self) -> Result<(), StoreError> {
        let path = self.path().to_owned();
        let work = move || -> Result<(), StoreError> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let db = Connection::open_with_flags(&path, flags)?;
            db.busy_timeout(Duration::ZERO)?;
            // First what can be done concurrently, then the little that is left.
            for how in ["PASSIVE", "TRUNCATE"] {
                let busy = db.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| row.get(0));
                if busy != Ok(0) {
                    break;
                }
            }
            Ok(())
        };
        let done = threads::blocking(work).await;
        done.map_err(|error| StoreError::from(Problem::from(error)).at(self.path()))?
            .map_err(|error| error.at(self.path()))
    }
}

fn pages(db: &Connection, which: &str) -> Result<u64, StoreError> {
    let n: i64 = db.pragma_query_value(None, which, |row| row.get(0))?;
    Ok(u64::try_from(n).unwrap_or(0))
}
