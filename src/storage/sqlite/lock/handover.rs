//! The handover between two running senders: the lock file was removed or replaced, and a later epoch has started.
//! The requests in flight of the earlier sender would be sent twice, so the later one waits until they are recorded.

use std::time::{Duration, Instant};

use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::lock::process_identity;

/// Longer than the grace period of requests in flight when a sender stops.
const MAX_WAIT: Duration = Duration::from_secs(7);

/// How often to check whether the earlier sender is still running.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// The previous sender.
#[derive(Debug)]
pub struct Earlier {
    pub epoch: i64,
    /// The process, as [`owner`] names it.
    pub sender: String,
}

impl Store {
    /// Waits until an earlier sender has yielded or its process has ended, at most a few seconds; not for one that is
    /// stopped, since nobody knows for how long.
    pub(crate) async fn wait_for_earlier(&self, earlier: &Earlier) -> Result<(), StoreError> {
        let until = Instant::now() + MAX_WAIT;
        let mut changes = self.changes();
        while Instant::now() < until
            && !process_identity::is_free(&earlier.sender)
            && !process_identity::is_stopped(&earlier.sender)
            && self.yielded().await? < earlier.epoch
        {
            // Either is a reason to check again.
            let _ = tokio::time::timeout(CHECK_INTERVAL, changes.changed()).await;
        }
        Ok(())
    }

    async fn yielded(&self) -> Result<i64, StoreError> {
        let sql = "SELECT yielded FROM revision";
        self.read(|tx| Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)).await
    }

    /// Whether another sender has started since this one did.
    pub(crate) async fn is_overtaken(&self) -> Result<bool, StoreError> {
        let Some(right) = self.right() else { return Ok(false) };
        let sql = "SELECT epoch > ?1 FROM revision";
        self.read(move |tx| Ok(tx.prepare_cached(sql)?.query_row([right.epoch], |row| row.get(0))?)).await
    }

    /// Notes that this sender was overtaken, and has recorded its requests in flight.
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
