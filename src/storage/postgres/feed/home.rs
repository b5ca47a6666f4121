//! Whose transactions the feed names: those of the server that it was written on.

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::session::Acquired;

/// One process at a time makes it anew.
const LOCK: i64 = 7_242_905_117_300_303;

/// Where the feed is, and in which state: the columns of [`Home`].
pub const HOME: &str = "
SELECT left(h.id::text, 8) AS home, h.system = (SELECT system_identifier FROM pg_control_system()) AS is_own, h.removed_to,
  pg_current_snapshot()::text AS snapshot, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) AS timeline,
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms
FROM feed_home h";

/// After a restore on another server the feed begins anew: rows with numbers that this server has still to give would be
/// read as its own. Positions of before are unknown from then on, and their readers get what is kept.
pub async fn renew(acquired: &mut Acquired<'_>) -> Result<(), StoreError> {
    let transaction = acquired.begin().await?;
    let db = transaction.db();
    db.rows("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let sql = "UPDATE feed_home SET id = gen_random_uuid(), removed_to = 0, system = s.system_identifier
               FROM pg_control_system() s WHERE feed_home.system <> s.system_identifier";
    if db.execute(sql, &[]).await? > 0 {
        db.execute("DELETE FROM feed WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())", &[]).await?;
    }
    transaction.commit().await
}
