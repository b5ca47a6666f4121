//! From one sender to the next while both run: the lock file was removed or replaced, and a later epoch
//! has begun. What the earlier sender has in flight would be sent twice, so the later one waits until
//! that is recorded.

use std::time::{Duration, Instant};

use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::lock::process_identity;

/// Longer than what is in flight gets when a sender stops.
const LONGEST: Duration = Duration::from_secs(7);

/// How often it is looked whether the earlier sender still runs.
const EVERY: Duration = Duration::from_millis(100);

/// The sender before.
#[derive(Debug)]
pub struct Earlier {
    pub epoch: i64,
    /// The process, as [`owner`] names it.
    pub sender: String,
}

impl Store {
    /// Waits until an earlier sender has yielded or its process has ended, for a few seconds at most; not for
    /// one that is stopped: nobody knows for how long.
    pub(crate) async fn wait_for_earlier(&self, earlier: &Earlier) -> Result<(), StoreError> {
        let until = Instant::now() + LONGEST;
        let mut changes = self.changes();
        while Instant::now() < until
            && !process_identity::is_free(&earlier.sender)
            && !process_identity::is_stopped(&earlier.sender)
            && self.yielded().await? < earlier.epoch
        {
            // Either is a reason to look again.
            let _ = tokio::time::timeout(EVERY, changes.changed()).await;
        }
        Ok(())
    }

    async fn yielded(&self) -> Result<i64, StoreError> {
        let sql = "SELECT yielded FROM revision";
        self.read(|tx| Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)).await
    }

    /// Whether another sender has begun since this one did.
    pub(crate) async fn is_overtaken(&self) -> Result<bool, StoreError> {
        let Some(right) = self.right() else { return Ok(false) };
        let sql = "SELECT epoch > ?1 FROM revision";
        self.read(move |tx| Ok(tx.prepare_cached(sql)?.query_row([right.epoch], |row| row.get(0))?)).await
    }

    /// Notes that this sender was overtaken, and has recorded what it had in flight.
    pub(crate) async fn note_yielded(&self) -> Result<(), StoreError> {
        let Some(right) = self.right() else { return Ok(()) };
        let note = move |tx: &Writing<'_>| {
            let sql = "UPDATE revision SET yielded = ?1 WHERE yielded < ?1";
            tx.execute(sql, [right.epoch])?;
            Ok(())
        };
        self.write(note).await
    }
}
