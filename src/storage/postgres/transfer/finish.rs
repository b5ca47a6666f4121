//! Opens a database when all was copied.

use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::postgres::bells::bell::Bell;
use crate::storage::postgres::changes::{Changes, Moves};
use crate::storage::postgres::connection::db::Db;

/// Counts what was copied, so that statements are planned by it.
pub const ANALYZE: &str = "ANALYZE profile, lane, receipt, rollup, delivery, attempt, ended, pending";

/// Makes the pending deliveries claimable, and lets everybody in.
pub async fn open(db: Db<'_>, counts: &Counts) -> Result<(), StoreError> {
    db.batch(
        "INSERT INTO pending (seq, due_at, run_id, lane, attempts, probes)
         SELECT seq, due_at, run_id, lane, attempts, probes FROM incoming ORDER BY seq;
         TRUNCATE incoming;
         UPDATE copied_from SET finished_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
         UPDATE meta SET copying_from = NULL",
    )
    .await?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let moves = Moves {
        queued: number(counts.queued),
        waiting: number(counts.waiting),
        delivered: number(counts.delivered),
        failed: number(counts.failed),
        cancelled: number(counts.cancelled),
    };
    moves.note(db).await?;
    Changes { profiles: true, variables: true, steering: true, apis: false }.note(db).await?;
    let (channel, payload) = Bell::Arrived(Vec::new()).notification();
    db.rows("SELECT pg_notify($1, $2)", &[&channel, &payload]).await?;
    Ok(())
}
