//! Old rollups go.

use jiff::Timestamp;
use rusqlite::Transaction;

use crate::storage::error::StoreError;
use crate::storage::retention::policy::RetentionPolicy;
use crate::storage::rollups::range::{RollupRange, RollupStep, hours_from};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::rows::columns::millis;

/// Removes a step's rollups before this number.
const PRUNE: &str = "DELETE FROM rollup WHERE step = ?1 AND at < ?2";

impl Store {
    /// As [`Rollups::prune_rollups`](crate::storage::rollups::Rollups::prune_rollups).
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn prune_rollups(&self, policy: RetentionPolicy, now: Timestamp) -> Result<(), StoreError> {
        let minutes = RollupRange::minutes_from(now);
        let hours = hours_from(policy, now);
        let is_any = move |tx: &Transaction<'_>| {
            let mut any = tx.prepare_cached("SELECT 1 FROM rollup WHERE step = ?1 AND at < ?2 LIMIT 1")?;
            let has = |step: RollupStep, before: u32| (step.number(), before);
            Ok(any.exists(has(RollupStep::Minute, minutes))?
                || hours.is_some_and(|(hour, _)| any.exists(has(RollupStep::Hour, hour)).unwrap_or(false)))
        };
        // Mostly there is nothing to do, and then nothing is written.
        if !self.read(is_any).await? {
            return Ok(());
        }
        self.write(move |tx| prune(tx, minutes, hours)).await
    }
}

fn prune(tx: &Writing<'_>, minutes: u32, hours: Option<(u32, Timestamp)>) -> Result<(), StoreError> {
    let mut prune = tx.prepare_cached(PRUNE)?;
    prune.execute((RollupStep::Minute.number(), minutes))?;
    if let Some((hour, start)) = hours
        && prune.execute((RollupStep::Hour.number(), hour))? > 0
    {
        tx.prepare_cached("UPDATE rollup_start SET at = max(at, ?1)")?.execute([millis(start)])?;
    }
    Ok(())
}
