//! Alerts, as rows. Their times are those of the clock of the database.

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::alerts::Alerts;
use crate::storage::alerts::alert::{Alert, GivenTurn, MOST_TURNS, NextAlert};
use crate::storage::alerts::alert_pace::AlertPace;
use crate::storage::error::StoreError;
use crate::storage::health::turn::new_turn_id;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::health::read;
use crate::storage::postgres::producer::batch::storable;

/// Turns that are to be given and belong to no alert.
const PENDING: &str = "wanted AND alert IS NULL";

/// Milliseconds since 1970.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

#[async_trait]
impl Alerts for PgStore {
    async fn take_alert(&self, pace: AlertPace) -> Result<NextAlert, StoreError> {
        if !is_any(self.read().await?.db()?).await? {
            return Ok(NextAlert::Nothing);
        }
        let mut acquired = self.write().await?;
        let transaction = acquired.begin().await?;
        let taken = take(transaction.db(), self.0.taker, pace).await?;
        transaction.commit().await?;
        Ok(taken)
    }

    async fn finish_alert(&self, id: Uuid, failure: Option<String>) -> Result<(), StoreError> {
        let sql =
            format!("UPDATE alert SET ended_at = {NOW}, failure = $2 WHERE id = $1 AND ended_at IS NULL");
        let failure = failure.as_deref().map(storable);
        self.write().await?.db()?.execute(&sql, &[&id, &failure]).await?;
        Ok(())
    }

    async fn given_alerts(&self, turns: Vec<Uuid>) -> Result<Vec<GivenTurn>, StoreError> {
        let sql =
            "SELECT t.id, a.id, a.ended_at IS NOT NULL, a.failure FROM turn t JOIN alert a ON a.id = t.alert
                   WHERE t.id = ANY($1)";
        let mut acquired = self.read().await?;
        let mut all = Vec::new();
        for row in acquired.db()?.rows(sql, &[&turns]).await? {
            let (turn, alert) = (row.try_get(0)?, row.try_get(1)?);
            all.push(GivenTurn { turn, alert, has_ended: row.try_get(2)?, failure: row.try_get(3)? });
        }
        Ok(all)
    }

    async fn waiting_turns(&self, turns: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        let sql = format!("SELECT id FROM turn WHERE id = ANY($1) AND {PENDING}");
        let rows = self.read().await?.db()?.rows(&sql, &[&turns]).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }
}

/// Whether there may be something to take: mostly there is not, and then nothing is locked.
async fn is_any(db: Db<'_>) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT EXISTS (SELECT FROM turn WHERE {PENDING})
             OR EXISTS (SELECT FROM alert WHERE ended_at IS NULL AND taken_until < {NOW})"
    );
    Ok(db.value(&sql, &[]).await? == Some(true))
}

async fn take(db: Db<'_>, me: Uuid, pace: AlertPace) -> Result<NextAlert, StoreError> {
    // One process at a time: each alert is taken by one, and the next is made a minute later.
    db.batch("LOCK TABLE alert IN SHARE ROW EXCLUSIVE MODE").await?;
    let lease = i64::try_from(pace.lease.as_millis()).unwrap_or(i64::MAX);
    let sql = format!(
        "UPDATE alert SET taken_by = $1, taken_until = {NOW} + $2 WHERE id =
             (SELECT id FROM alert WHERE ended_at IS NULL AND taken_until < {NOW} ORDER BY made_at LIMIT 1)
         RETURNING id"
    );
    if let Some(id) = db.value(&sql, &[&me, &lease]).await? {
        return Ok(NextAlert::Taken(alert(db, id).await?));
    }
    let sql =
        format!("SELECT min(at), max(at), (SELECT max(made_at) FROM alert), {NOW} FROM turn WHERE {PENDING}");
    let Some(row) = db.row(&sql, &[]).await? else { return Ok(NextAlert::Nothing) };
    let (first, last): (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
    let Some((first, last)) = first.zip(last) else { return Ok(NextAlert::Nothing) };
    let wait = pace.wait(first, last, row.try_get(2)?, row.try_get(3)?);
    if !wait.is_zero() {
        return Ok(NextAlert::After(wait));
    }
    let id = new_turn_id();
    let sql =
        format!("INSERT INTO alert (id, made_at, taken_by, taken_until) VALUES ($1, {NOW}, $2, {NOW} + $3)");
    db.execute(&sql, &[&id, &me, &lease]).await?;
    let sql = format!(
        "UPDATE turn SET alert = $1 WHERE seq IN (SELECT seq FROM turn WHERE {PENDING} ORDER BY seq LIMIT $2)"
    );
    db.execute(&sql, &[&id, &i64::try_from(MOST_TURNS).unwrap_or(i64::MAX)]).await?;
    let sql = "DELETE FROM alert WHERE ended_at IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM turn WHERE turn.alert = alert.id)";
    db.execute(sql, &[]).await?;
    Ok(NextAlert::Taken(alert(db, id).await?))
}

async fn alert(db: Db<'_>, id: Uuid) -> Result<Alert, StoreError> {
    Ok(Alert { id, turns: read::turns_of_alert(db, id).await? })
}
