//! Bulk retries and resends, and what became of their deliveries.

use async_trait::async_trait;
use rusqlite::{Row, Transaction, named_params};

use crate::profile::Choice as _;
use crate::record::{BulkId, DeliveryState};
use crate::storage::bulk_actions::BulkActions;
use crate::storage::bulk_actions::bulk_action::{BulkAction, NewBulkAction};
use crate::storage::control::bulk::BulkResult;
use crate::storage::error::StoreError;
use crate::storage::log::counts::Counts;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rows::columns::{get, millis, state_number, time};
use crate::storage::sqlite::rows::outcome::IS_IN_DELIVERED;
use crate::storage::unreadable::Why;

/// How long an action is kept, in milliseconds, even if it has changed nothing that is in the log.
const LEAST_MS: i64 = 24 * 60 * 60 * 1000;

/// The columns of an action.
const ACTION: &str =
    "SELECT id, begun_at, changed_at, is_over, what, wanted, retried, resent, unchanged FROM bulk_action";

#[async_trait]
impl BulkActions for Store {
    async fn begin_bulk_action(&self, new: NewBulkAction) -> Result<(), StoreError> {
        self.write(move |tx| {
            let at = millis(new.begun_at);
            let sql = "DELETE FROM bulk_action WHERE begun_at < ?1
                           AND NOT EXISTS (SELECT 1 FROM bulk_member WHERE bulk = id)";
            tx.prepare_cached(sql)?.execute([at.saturating_sub(LEAST_MS)])?;
            let sql = "INSERT INTO bulk_action (id, begun_at, changed_at, what, wanted)
                       VALUES (:id, :at, :at, :what, :wanted)";
            tx.prepare_cached(sql)?.execute(named_params! {
                ":id": new.id.number(),
                ":at": at,
                ":what": new.what,
                ":wanted": number(new.wanted),
            })?;
            Ok(())
        })
        .await
    }

    async fn end_bulk_action(&self, id: BulkId) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.prepare_cached("UPDATE bulk_action SET is_over = 1 WHERE id = ?1")?.execute([id.number()])?;
            Ok(())
        })
        .await
    }

    async fn bulk_actions(&self, limit: usize) -> Result<Vec<BulkAction>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = format!("{ACTION} ORDER BY begun_at DESC, id LIMIT ?1");
        self.read(move |tx| actions(tx, &sql, limit)).await
    }

    async fn bulk_action(&self, id: BulkId) -> Result<Option<BulkAction>, StoreError> {
        let sql = format!("{ACTION} WHERE id = ?1");
        self.read(move |tx| Ok(actions(tx, &sql, id.number())?.pop())).await
    }
}

/// Notes what a batch of an action has changed, in the transaction that does: the positions of its deliveries.
pub fn note(
    tx: &Transaction<'_>,
    id: BulkId,
    at: i64,
    did: &BulkResult,
    seqs: &[i64],
) -> Result<(), StoreError> {
    let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO bulk_member (bulk, seq) VALUES (?1, ?2)")?;
    for seq in seqs {
        insert.execute((id.number(), seq))?;
    }
    let sql = "UPDATE bulk_action SET changed_at = max(changed_at, :at), retried = retried + :retried,
                   resent = resent + :resent, unchanged = unchanged + :unchanged WHERE id = :id";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":id": id.number(),
        ":at": at,
        ":retried": number(did.due),
        ":resent": number(did.again),
        ":unchanged": number(did.left),
    })?;
    Ok(())
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn actions(tx: &Transaction<'_>, sql: &str, value: i64) -> Result<Vec<BulkAction>, StoreError> {
    let mut select = tx.prepare_cached(sql)?;
    let mut rows = select.query([value])?;
    let mut actions = Vec::new();
    while let Some(row) = rows.next()? {
        let mut action = action(row).map_err(|why| StoreError::unreadable("a bulk action", why))?;
        action.counts = counts(tx, action.id)?;
        actions.push(action);
    }
    Ok(actions)
}

fn action(row: &Row<'_>) -> Result<BulkAction, Why> {
    let n = |at| get::<i64>(row, at).map(|n| u64::try_from(n).unwrap_or(0));
    Ok(BulkAction {
        id: BulkId::new(get(row, 0)?),
        begun_at: time(get(row, 1)?)?,
        changed_at: time(get(row, 2)?)?,
        is_over: get(row, 3)?,
        what: get(row, 4)?,
        wanted: n(5)?,
        retried: n(6)?,
        resent: n(7)?,
        unchanged: n(8)?,
        counts: Counts::default(),
    })
}

/// The states of the deliveries of an action.
fn counts(tx: &Transaction<'_>, id: BulkId) -> Result<Counts, StoreError> {
    let sql = format!(
        "SELECT iif({IS_IN_DELIVERED}, 2, state), count(*)
         FROM bulk_member m CROSS JOIN delivery ON delivery.seq = m.seq WHERE m.bulk = ?1 GROUP BY 1"
    );
    let mut select = tx.prepare_cached(&sql)?;
    let mut rows = select.query([id.number()])?;
    let mut counts = Counts::default();
    while let Some(row) = rows.next()? {
        // One without a valid state is none that can be counted.
        let Ok(Some(number)) = row.get::<_, Option<i64>>(0) else { continue };
        let n = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        if let Some(state) = DeliveryState::ALL.iter().find(|state| state_number(**state) == number) {
            counts.add(*state, n);
        }
    }
    Ok(counts)
}
