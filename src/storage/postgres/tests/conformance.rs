//! The conformance suite, on a real server.

use async_trait::async_trait;

use super::{Database, OnServer, on_server};
use crate::profile::Choice as _;
use crate::record::{Attempt, DeliveryId, Next};
use crate::storage::Storage;
use crate::storage::conformance::{StoreUnderTest, every_test};
use crate::storage::encoding::{headers_text, millis, millis_after};
use crate::storage::phases_bytes::phases_bytes;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::changes::Moves;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::summaries;
use crate::storage::postgres::rows::get_or_default;

/// A store in a database that goes with the test.
pub struct UnderTest {
    store: PgStore,
    #[allow(dead_code, reason = "held for as long as the store is used")]
    database: Database,
}

pub async fn made() -> Option<UnderTest> {
    let OnServer { store, database } = on_server().await?;
    Some(UnderTest { store, database })
}

#[async_trait]
impl StoreUnderTest for UnderTest {
    fn store(&self) -> &dyn Storage {
        &self.store
    }

    async fn record(&self, id: DeliveryId, attempt: Attempt, next: Next) {
        record(&self.store, id, &attempt, next).await;
    }
}

/// Records an attempt of a delivery, whoever has claimed it.
pub async fn record(store: &PgStore, id: DeliveryId, attempt: &Attempt, next: Next) {
    let mut acquired = store.write().await.unwrap();
    let transaction = acquired.begin().await.unwrap();
    let db = transaction.db();
    let (_, seq) = summaries::positions(db, &[id]).await.unwrap()[0];
    append(db, seq, attempt).await;
    let n = i16::try_from(attempt.n).unwrap();
    if let Next::Retry(at) = next {
        let sql = "WITH was AS (SELECT attempts FROM pending WHERE seq = $1)
                   UPDATE pending SET attempts = $2, due_at = $3 WHERE seq = $1
                   RETURNING (SELECT attempts FROM was) AS attempts";
        if let Some(row) = db.row(sql, &[&seq, &n, &millis(at)]).await.unwrap() {
            let first = i64::from(get_or_default::<i16>(&row, "attempts") == 0);
            Moves { queued: -first, waiting: first, ..Moves::default() }.note(db).await.unwrap();
            return transaction.commit().await.unwrap();
        }
    }
    end(db, seq, attempt, next).await;
    transaction.commit().await.unwrap();
}

async fn append(db: Db<'_>, seq: i64, attempt: &Attempt) {
    let sql =
        "INSERT INTO attempt (seq, n, started_at, duration_ms, status, class, message, address, response_cut,
                   response_headers, response_body, phases)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let error = attempt.error.as_ref();
    db.execute(
        sql,
        &[
            &seq,
            &i16::try_from(attempt.n).unwrap(),
            &millis(attempt.started_at),
            &i32::try_from(attempt.duration_ms).unwrap(),
            &attempt.status.map(|status| i16::try_from(status).unwrap()),
            &error.map(|error| error.class.name()),
            &error.map(|error| error.message.as_str()),
            &attempt.address.map(|address| address.to_string()),
            &attempt.response_cut,
            &headers_text(&attempt.response_headers),
            &attempt.response_body,
            &attempt.phases.as_ref().map(phases_bytes),
        ],
    )
    .await
    .unwrap();
}

/// Ends what is pending; of what was cancelled only the outcome of its last attempt is kept.
async fn end(db: Db<'_>, seq: i64, attempt: &Attempt, next: Next) {
    let error = attempt.error.as_ref();
    let (n, ms) = (i16::try_from(attempt.n).unwrap(), i32::try_from(attempt.duration_ms).unwrap());
    let status = attempt.status.map(|status| i16::try_from(status).unwrap());
    let (class, message) = (error.map(|error| error.class.name()), error.map(|error| error.message.as_str()));
    let state: i16 = if next == Next::Delivered { 2 } else { 3 };
    let sql = "WITH g AS (DELETE FROM pending WHERE seq = $1 RETURNING seq, lane, attempts, run_id),
                 t AS (DELETE FROM tested WHERE seq = $1)
               INSERT INTO ended (seq, ended_at, run_id, lane, ms, state, attempts, status, class, message)
               SELECT seq, $2, run_id, lane, $3, $4, $5, $6, $7, $8 FROM g
               RETURNING (SELECT attempts FROM g) AS attempts";
    let ended_at = millis_after(attempt.started_at, attempt.duration_ms);
    let ended = db.row(sql, &[&seq, &ended_at, &ms, &state, &n, &status, &class, &message]).await.unwrap();
    let mut moves = Moves::default();
    if let Some(row) = ended {
        *(if get_or_default::<i16>(&row, "attempts") == 0 {
            &mut moves.queued
        } else {
            &mut moves.waiting
        }) = -1;
        *(if state == 2 { &mut moves.delivered } else { &mut moves.failed }) = 1;
    } else {
        let sql = "UPDATE ended SET attempts = greatest(attempts, $2), ms = $3, status = $4, class = $5, message = $6
                   WHERE seq = $1 AND state = 4";
        db.execute(sql, &[&seq, &n, &ms, &status, &class, &message]).await.unwrap();
    }
    moves.note(db).await.unwrap();
}

every_test!(match crate::storage::postgres::tests::conformance::made().await {
    Some(store) => store,
    None => return,
});
