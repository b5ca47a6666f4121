//! Receipts of operations, and the removal of those that no longer count.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::receipts::row::find;
use crate::storage::receipts::reservation::{Reservation, ReserveRequest};
use crate::storage::receipts::{MOST_REMOVED, Receipts, counted_since, request_owner};
use crate::storage::server_problem::ServerProblem;

/// Inserts the receipt of an operation, or replaces one that no longer counts.
const RESERVE: &str = "
INSERT INTO receipt AS r (owner, key, fingerprint, made_at, seed) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (owner, key) DO UPDATE SET fingerprint = excluded.fingerprint, made_at = excluded.made_at,
  seed = excluded.seed, response = NULL
WHERE r.made_at < $6";

/// Receipts that are in use are left for the next time.
const PURGE: &str = "
DELETE FROM receipt WHERE (owner, key) IN
  (SELECT owner, key FROM receipt WHERE made_at < $1 ORDER BY made_at LIMIT $2 FOR UPDATE SKIP LOCKED)";

#[async_trait]
impl Receipts for PgStore {
    async fn reserve(&self, request: ReserveRequest) -> Result<Reservation, StoreError> {
        let ReserveRequest { owner, key, content, seed, at } = request;
        let owner = request_owner(&owner);
        let (made_at, since) = (millis(at), millis(counted_since(at)));
        let (bytes, seed_bytes): (&[u8], &[u8]) = (content.bytes(), &seed);
        let mut acquired = self.write().await?;
        let db = acquired.db()?;
        if db.execute(RESERVE, &[&owner, &key, &bytes, &made_at, &seed_bytes, &since]).await? > 0 {
            return Ok(Reservation::New(seed));
        }
        // It may be removed in between, a day after it was made.
        let stored = find(db, &owner, &key).await?.ok_or(ServerProblem::Conflict)?;
        Ok(stored.reservation(content))
    }

    async fn finish(&self, owner: &str, key: &str, response: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "UPDATE receipt SET response = coalesce(response, $3)
                   WHERE owner = $1 AND key = $2 AND seed IS NOT NULL RETURNING response";
        self.write().await?.db()?.value(sql, &[&request_owner(owner), &key, &response]).await
    }

    async fn purge_receipts(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (before, most) = (millis(counted_since(now)), i64::from(MOST_REMOVED));
        let gone = self.write().await?.db()?.execute(PURGE, &[&before, &most]).await?;
        Ok(usize::try_from(gone).unwrap_or(usize::MAX))
    }
}
