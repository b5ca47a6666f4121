//! Alerts, as rows.

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Transaction};
use uuid::Uuid;

use crate::clock;
use crate::storage::alerts::Alerts;
use crate::storage::alerts::alert::{Alert, GivenTurn, MOST_TURNS, NextAlert};
use crate::storage::alerts::alert_pace::AlertPace;
use crate::storage::error::StoreError;
use crate::storage::health::turn::new_turn_id;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::health::read;
use crate::storage::sqlite::lock::process_identity;
use crate::storage::sqlite::rows::columns::millis;

/// Turns that are to be given and belong to no alert.
const PENDING: &str = "wanted = 1 AND alert IS NULL";

#[async_trait]
impl Alerts for Store {
    async fn take_alert(&self, pace: AlertPace) -> Result<NextAlert, StoreError> {
        if !self.read(is_any).await? {
            return Ok(NextAlert::Nothing);
        }
        self.write(move |tx| take(tx, pace)).await
    }

    async fn finish_alert(&self, id: Uuid, failure: Option<String>) -> Result<(), StoreError> {
        self.write(move |tx| {
            let sql = "UPDATE alert SET ended_at = ?2, failure = ?3 WHERE id = ?1 AND ended_at IS NULL";
            tx.prepare_cached(sql)?.execute((id.into_bytes(), millis(clock::now()), failure))?;
            Ok(())
        })
        .await
    }

    async fn given_alerts(&self, turns: Vec<Uuid>) -> Result<Vec<GivenTurn>, StoreError> {
        self.read(move |tx| {
            let sql =
                "SELECT a.id, a.ended_at IS NOT NULL, a.failure FROM turn t JOIN alert a ON a.id = t.alert
                       WHERE t.id = ?1";
            let mut select = tx.prepare_cached(sql)?;
            let mut all = Vec::new();
            for turn in turns {
                let read = |row: &rusqlite::Row<'_>| {
                    let alert = Uuid::from_bytes(row.get(0)?);
                    Ok(GivenTurn { turn, alert, has_ended: row.get(1)?, failure: row.get(2)? })
                };
                all.extend(select.query_row([turn.into_bytes()], read).optional()?);
            }
            Ok(all)
        })
        .await
    }

    async fn waiting_turns(&self, turns: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        self.read(move |tx| {
            let mut select = tx.prepare_cached(&format!("SELECT 1 FROM turn WHERE id = ?1 AND {PENDING}"))?;
            let mut waiting = Vec::new();
            for turn in turns {
                if select.exists([turn.into_bytes()])? {
                    waiting.push(turn);
                }
            }
            Ok(waiting)
        })
        .await
    }
}

/// Whether there may be something to take: mostly there is not, and then nothing is written.
fn is_any(tx: &Transaction<'_>) -> Result<bool, StoreError> {
    let sql = format!("SELECT 1 FROM turn WHERE {PENDING} LIMIT 1");
    Ok(tx.prepare_cached(&sql)?.exists([])? || left(tx)?.is_some())
}

/// The oldest alert that was taken by a process that has ended before it was given.
fn left(tx: &Transaction<'_>) -> Result<Option<Uuid>, StoreError> {
    let sql = "SELECT id, taken_by FROM alert WHERE ended_at IS NULL ORDER BY made_at";
    let mut select = tx.prepare_cached(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if let (Ok(id), Ok(owner)) = (row.get(0), row.get::<_, String>(1))
            && !process_identity::is_alive(&owner)
        {
            return Ok(Some(Uuid::from_bytes(id)));
        }
    }
    Ok(None)
}

fn take(tx: &Transaction<'_>, pace: AlertPace) -> Result<NextAlert, StoreError> {
    let now = millis(clock::now());
    if let Some(id) = left(tx)? {
        let sql = "UPDATE alert SET taken_by = ?2 WHERE id = ?1";
        tx.prepare_cached(sql)?.execute((id.into_bytes(), process_identity::own()))?;
        return Ok(NextAlert::Taken(alert(tx, id)?));
    }
    let sql = format!("SELECT min(at), max(at) FROM turn WHERE {PENDING}");
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let (first, last): (Option<i64>, Option<i64>) = tx.prepare_cached(&sql)?.query_row([], read)?;
    let Some((first, last)) = first.zip(last) else { return Ok(NextAlert::Nothing) };
    let before = tx.prepare_cached("SELECT max(made_at) FROM alert")?.query_row([], |row| row.get(0))?;
    let wait = pace.wait(first, last, before, now);
    if !wait.is_zero() {
        return Ok(NextAlert::After(wait));
    }
    let id = new_turn_id();
    tx.prepare_cached("INSERT INTO alert (id, made_at, taken_by) VALUES (?1, ?2, ?3)")?.execute((
        id.into_bytes(),
        now,
        process_identity::own(),
    ))?;
    let sql = format!(
        "UPDATE turn SET alert = ?1 WHERE seq IN (SELECT seq FROM turn WHERE {PENDING} ORDER BY seq LIMIT ?2)"
    );
    let most = i64::try_from(MOST_TURNS).unwrap_or(i64::MAX);
    tx.prepare_cached(&sql)?.execute((id.into_bytes(), most))?;
    let sql = "DELETE FROM alert WHERE ended_at IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM turn WHERE turn.alert = alert.id)";
    tx.prepare_cached(sql)?.execute([])?;
    Ok(NextAlert::Taken(alert(tx, id)?))
}

fn alert(tx: &Transaction<'_>, id: Uuid) -> Result<Alert, StoreError> {
    Ok(Alert { id, turns: read::turns_of_alert(tx, id)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::sqlite::lock::process_identity::tests::another;
    use crate::storage::sqlite::tests::store;

    #[tokio::test]
    async fn what_a_process_took_and_did_not_give_is_given_by_the_next() {
        let (_folder, store) = store();
        let (mut child, owner) = another();
        let turn =
            "INSERT INTO turn (id, at, profile_id, title, kind, failed, delivery, message, wanted, alert)
                    VALUES (zeroblob(16), 1, 'IN_00000000-0000-0000-0000-000000000001', 'T', 'failing', 3,
                        zeroblob(16), '', 1, x'11111111111111111111111111111111')";
        let alert = "INSERT INTO alert VALUES (x'11111111111111111111111111111111', 1, ?1, NULL, NULL)";
        let both = move |tx: &crate::storage::sqlite::engine::state_counts::Writing<'_>| {
            tx.execute(turn, [])?;
            Ok(tx.execute(alert, [owner])?)
        };
        store.write(both).await.unwrap();
        let pace = AlertPace::USUAL.at_once();
        assert_eq!(store.take_alert(pace).await.unwrap(), NextAlert::Nothing, "it is being given");
        child.kill().unwrap();
        child.wait().unwrap();
        let NextAlert::Taken(taken) = store.take_alert(pace).await.unwrap() else { panic!("it was left") };
        assert_eq!((taken.id, taken.turns.len()), (Uuid::from_bytes([0x11; 16]), 1));
        assert_eq!(store.take_alert(pace).await.unwrap(), NextAlert::Nothing);
        store.finish_alert(taken.id, None).await.unwrap();
        assert_eq!(store.take_alert(pace).await.unwrap(), NextAlert::Nothing);
    }
}
