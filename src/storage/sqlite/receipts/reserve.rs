//! Receipts of operations, and the removal of those that no longer count.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::OptionalExtension as _;

use crate::storage::error::StoreError;
use crate::storage::receipts::reservation::{Reservation, ReserveRequest};
use crate::storage::receipts::{MOST_REMOVED, Receipts, counted_since, request_owner};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::receipts::row::{NewReceipt, find, keep};
use crate::storage::sqlite::rows::columns::millis;

#[async_trait]
impl Receipts for Store {
    async fn reserve(&self, request: ReserveRequest) -> Result<Reservation, StoreError> {
        self.write(move |tx| reserve(tx, &request)).await
    }

    async fn finish(&self, owner: &str, key: &str, response: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
        let (owner, key) = (request_owner(owner), key.to_owned());
        self.write(move |tx| {
            let sql = "UPDATE receipt SET response = coalesce(response, ?3)
                       WHERE owner = ?1 AND key = ?2 AND seed IS NOT NULL RETURNING response";
            let row = (&owner, &key, &response);
            Ok(tx.prepare_cached(sql)?.query_row(row, |row| row.get(0)).optional()?)
        })
        .await
    }

    async fn purge_receipts(&self, now: Timestamp) -> Result<usize, StoreError> {
        let before = millis(counted_since(now));
        let is_any = self
            .read(move |tx| {
                let sql = "SELECT 1 FROM receipt WHERE made_at < ?1";
                Ok(tx.prepare_cached(sql)?.exists([before])?)
            })
            .await?;
        if !is_any {
            return Ok(0);
        }
        self.write(move |tx| {
            let sql = "DELETE FROM receipt WHERE (owner, key) IN
                           (SELECT owner, key FROM receipt WHERE made_at < ?1 ORDER BY made_at LIMIT ?2)";
            Ok(tx.prepare_cached(sql)?.execute((before, MOST_REMOVED))?)
        })
        .await
    }
}

fn reserve(tx: &Writing<'_>, request: &ReserveRequest) -> Result<Reservation, StoreError> {
    let ReserveRequest { owner, key, content, seed, at } = request;
    let owner = request_owner(owner);
    if let Some(stored) = find(tx, &owner, key, *at)? {
        return Ok(stored.reservation(*content));
    }
    let receipt =
        NewReceipt { owner: &owner, key, content: *content, at: *at, seed: Some(*seed), response: None };
    keep(tx, &receipt)?;
    Ok(Reservation::New(*seed))
}
