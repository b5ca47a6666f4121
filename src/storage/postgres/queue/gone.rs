//! Deliveries whose day was dropped, while an attempt was in flight or against all rules: there is no partition for what
//! came of them. They leave the queue, and are recorded nowhere.

use crate::storage::error::{Problem, StoreError};
use crate::storage::postgres::connection::db::Db;
use crate::storage::server_problem::ServerProblem;

/// Takes deliveries out of the queue: those that this seat has claimed, and those that nobody has.
const FORGET: &str = "
WITH g AS (DELETE FROM pending WHERE seq = $1 AND (claimed_by = $2 OR claimed_by IS NULL) RETURNING seq, attempts),
 x AS (DELETE FROM tested t USING g WHERE t.seq = g.seq)
UPDATE tally SET
   queued = queued - (SELECT count(*) FROM g WHERE attempts = 0),
   waiting = waiting - (SELECT count(*) FROM g WHERE attempts > 0),
   changes = changes + 1
WHERE slot = (pg_backend_pid() + extract(epoch FROM now())::bigint) & 63";

/// Whether a statement failed since a day was dropped.
pub fn is_meant(error: &StoreError) -> bool {
    error.problem == Problem::Server(ServerProblem::NoPartition)
}

/// Takes a delivery out of the queue.
pub async fn forget(db: Db<'_>, seat: i32, seq: i64) -> Result<(), StoreError> {
    db.execute(FORGET, &[&seq, &seat]).await?;
    Ok(())
}
