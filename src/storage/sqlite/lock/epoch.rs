//! The right to send, according to the database: the epoch that the active sender started when it acquired the lock.
//! A lock file can be removed or replaced, and then two processes have locks; of two epochs the later one counts, and
//! each claim and each record checks it in its own transaction.

use std::sync::{Arc, PoisonError};

use rusqlite::Transaction;

use crate::clock;
use crate::storage::error::{Problem, StoreError};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::revision::steered;
use crate::storage::sqlite::engine::state_counts::{self, Writing};
use crate::storage::sqlite::lock::handover::Earlier;
use crate::storage::sqlite::lock::lease::Lease;
use crate::storage::sqlite::lock::lock_file::LockFile;
use crate::storage::sqlite::lock::process_identity;
use crate::storage::sqlite::rows::columns::millis;

/// The right of the active sender.
#[derive(Debug)]
pub struct Right {
    pub epoch: i64,
    lock: Arc<LockFile>,
}

impl Right {
    /// Whether the lock file is still in its place, and nobody has started a later epoch.
    pub fn check(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let sql = "SELECT epoch, sender FROM revision";
        let later = tx.prepare_cached(sql)?.query_row([], |row| {
            let later = row.get::<_, i64>(0)? != self.epoch;
            Ok(if later { Some(row.get::<_, String>(1)?) } else { None })
        })?;
        match later {
            Some(sender) => Err(Problem::Overtaken(process_identity::pid(&sender)).into()),
            None if self.lock.is_in_place() => Ok(()),
            None => Err(Problem::LockLost.into()),
        }
    }

    /// Notes that an attempt was recorded; or, if there is a later epoch, makes its owner reread due deliveries: what
    /// is recorded now need not be sent twice.
    pub fn moved(&self, tx: &Writing<'_>) -> Result<(), StoreError> {
        let sql = "UPDATE revision SET moved_at = ?2 WHERE epoch = ?1";
        let ours = tx.prepare_cached(sql)?.execute((self.epoch, millis(clock::now())))? > 0;
        if ours { Ok(()) } else { steered(tx) }
    }
}

impl Store {
    /// Starts an epoch, and returns once it is written: a process that cannot record what it sends must not send, or
    /// it would be sent repeatedly, by every session that starts. Waits for an earlier sender that does not know yet
    /// that it must stop.
    pub(crate) async fn begin_epoch(&self, lease: Lease) -> Result<Lease, StoreError> {
        let begin = |tx: &Writing<'_>| {
            let sender = tx.query_row("SELECT sender FROM revision", [], |row| row.get(0))?;
            // The stored value may be invalid.
            let sql = "UPDATE revision SET epoch = coalesce(epoch, 0) + 1, sender = ?1, moved_at = ?2,
                           deliveries = coalesce(deliveries, 0) + 1, steering = coalesce(steering, 0) + 1
                       RETURNING epoch";
            if state_counts::is_wrong(tx)? {
                tx.recount();
            }
            let epoch: i64 =
                tx.query_row(sql, (process_identity::own(), millis(clock::now())), |row| row.get(0))?;
            Ok((epoch, Earlier { epoch: epoch.saturating_sub(1), sender }))
        };
        let (epoch, earlier) = self.write(begin).await?;
        let right = Arc::new(Right { epoch, lock: lease.lock() });
        *self.0.right.lock().unwrap_or_else(PoisonError::into_inner) = Some(right);
        if !lease.was_released {
            self.wait_for_earlier(&earlier).await?;
        }
        Ok(lease)
    }

    /// The right that this process started last; none if it never sent.
    pub fn right(&self) -> Option<Arc<Right>> {
        self.0.right.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
