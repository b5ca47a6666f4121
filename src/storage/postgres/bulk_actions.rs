//! Bulk retries and resends, and what became of their deliveries.

use async_trait::async_trait;
use tokio_postgres::Row;

use crate::record::BulkId;
use crate::storage::bulk_actions::BulkActions;
use crate::storage::bulk_actions::bulk_action::{BulkAction, NewBulkAction};
use crate::storage::control::bulk::BulkResult;
use crate::storage::encoding::{millis, time};
use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::{get, get_or_default};
use crate::storage::unreadable::Why;

/// How long an action is kept, in milliseconds, even if it has changed nothing that is in the log.
const LEAST_MS: i64 = 24 * 60 * 60 * 1000;

/// The actions that `chosen` names, with the states of their deliveries. Each delivery is looked up by its position.
fn select(chosen: &str) -> String {
    format!(
        "SELECT a.*, s.* FROM ({chosen}) a, LATERAL (
           SELECT count(*) FILTER (WHERE p.attempts = 0) AS queued, count(*) FILTER (WHERE p.attempts > 0) AS waiting,
             count(*) FILTER (WHERE e.state = 2) AS delivered, count(*) FILTER (WHERE e.state = 3) AS failed,
             count(*) FILTER (WHERE e.state = 4) AS cancelled
           FROM bulk_member m
             LEFT JOIN LATERAL (SELECT attempts FROM pending WHERE seq = m.seq LIMIT 1) p ON true
             LEFT JOIN LATERAL (SELECT state FROM ended WHERE seq = m.seq LIMIT 1) e ON true
           WHERE m.bulk = a.id) s
         ORDER BY a.begun_at DESC, a.id"
    )
}

#[async_trait]
impl BulkActions for PgStore {
    async fn begin_bulk_action(&self, new: NewBulkAction) -> Result<(), StoreError> {
        let at = millis(new.begun_at);
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let sql = "DELETE FROM bulk_action a WHERE begun_at < $1
                     AND NOT EXISTS (SELECT FROM bulk_member m WHERE m.bulk = a.id)";
        transaction.db().execute(sql, &[&at.saturating_sub(LEAST_MS)]).await?;
        let sql =
            "INSERT INTO bulk_action (id, begun_at, changed_at, what, wanted) VALUES ($1, $2, $2, $3, $4)";
        transaction.db().execute(sql, &[&new.id.number(), &at, &new.what, &number(new.wanted)]).await?;
        transaction.commit().await
    }

    async fn end_bulk_action(&self, id: BulkId) -> Result<(), StoreError> {
        let sql = "UPDATE bulk_action SET is_over = true WHERE id = $1";
        self.write().await?.db()?.execute(sql, &[&id.number()]).await?;
        Ok(())
    }

    async fn bulk_actions(&self, limit: usize) -> Result<Vec<BulkAction>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = select("SELECT * FROM bulk_action ORDER BY begun_at DESC, id LIMIT $1");
        self.read().await?.db()?.rows(&sql, &[&limit]).await?.iter().map(action).collect()
    }

    async fn bulk_action(&self, id: BulkId) -> Result<Option<BulkAction>, StoreError> {
        let sql = select("SELECT * FROM bulk_action WHERE id = $1");
        let row = self.read().await?.db()?.row(&sql, &[&id.number()]).await?;
        row.as_ref().map(action).transpose()
    }
}

/// Notes what a batch of an action has changed, in the transaction that does: the positions of its deliveries.
pub async fn note(db: Db<'_>, id: BulkId, at: i64, did: &BulkResult, seqs: &[i64]) -> Result<(), StoreError> {
    let sql = "WITH m AS (INSERT INTO bulk_member (bulk, seq) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING)
               UPDATE bulk_action SET changed_at = greatest(changed_at, $3), retried = retried + $4,
                 resent = resent + $5, unchanged = unchanged + $6 WHERE id = $1";
    let (due, again, left) = (number(did.due), number(did.again), number(did.left));
    db.execute(sql, &[&id.number(), &seqs, &at, &due, &again, &left]).await?;
    Ok(())
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn action(row: &Row) -> Result<BulkAction, StoreError> {
    read(row).map_err(|why| StoreError::unreadable("a bulk action", why))
}

fn read(row: &Row) -> Result<BulkAction, Why> {
    let n = |name: &str| u64::try_from(get_or_default::<i64>(row, name)).unwrap_or(0);
    Ok(BulkAction {
        id: BulkId::new(get(row, "id")?),
        begun_at: time(get(row, "begun_at")?)?,
        changed_at: time(get(row, "changed_at")?)?,
        is_over: get(row, "is_over")?,
        what: get(row, "what")?,
        wanted: n("wanted"),
        retried: n("retried"),
        resent: n("resent"),
        unchanged: n("unchanged"),
        counts: Counts {
            queued: n("queued"),
            waiting: n("waiting"),
            delivered: n("delivered"),
            failed: n("failed"),
            cancelled: n("cancelled"),
        },
    })
}
