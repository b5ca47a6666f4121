//! The feed is kept as long as the log.

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;

/// What was written before the oldest day that is kept is of deliveries that have gone: both are times of the
/// database's clock. `removed_to` says which transactions are no longer complete.
const PRUNE: &str = "
WITH oldest AS (SELECT min(right(c.relname, 8))::date::timestamp AT TIME ZONE 'UTC' AS at FROM pg_class c
   WHERE c.relnamespace = 'ringback'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^delivery_[0-9]{8}$'),
 gone AS (DELETE FROM feed WHERE at < greatest(to_timestamp($1::float8 / 1000), (SELECT at FROM oldest))
   RETURNING xid::text::bigint AS xid)
UPDATE feed_home SET removed_to = greatest(removed_to, (SELECT max(xid) FROM gone))";

/// Removes what was written before `cutoff` (in milliseconds), or before the oldest day of the log.
pub async fn prune(db: Db<'_>, cutoff: i64) -> Result<(), StoreError> {
    #[allow(clippy::cast_precision_loss, reason = "a day is what matters")]
    let cutoff = cutoff as f64;
    db.execute(PRUNE, &[&cutoff]).await?;
    Ok(())
}
