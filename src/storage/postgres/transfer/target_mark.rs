//! The mark of a copy into a database.

use uuid::Uuid;

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::postgres::transfer::others::others;
use crate::storage::postgres::transfer::source_mark;
use crate::storage::transfer::TransferError;
use crate::storage::transfer::store::TargetMark;

/// The mark of a copy.
pub struct CopyMark {
    /// The id of the copy.
    pub id: Uuid,
    /// The name of its source.
    pub source: String,
    /// How far it has come.
    pub reached: TargetMark,
}

impl CopyMark {
    /// Whether anything was copied.
    fn has_data(&self) -> bool {
        self.reached.has_settings || self.reached.is_finished || self.reached.read_to > i64::MIN
    }
}

/// The mark of a copy, if one has begun.
pub async fn read(db: Db<'_>) -> Result<Option<CopyMark>, StoreError> {
    let sql =
        "SELECT id, source, has_settings, read_to, finished_at IS NOT NULL AS is_finished FROM copied_from";
    let mark = |row: tokio_postgres::Row| -> Result<CopyMark, StoreError> {
        Ok(CopyMark {
            id: row.try_get("id")?,
            source: row.try_get("source")?,
            reached: TargetMark {
                has_settings: row.try_get("has_settings")?,
                read_to: row.try_get::<_, Option<i64>>("read_to")?.unwrap_or(i64::MIN),
                is_finished: row.try_get("is_finished")?,
            },
        })
    };
    db.row(sql, &[]).await?.map(mark).transpose()
}

/// What a database must have none of.
const CONTENT: &str = "
SELECT n::text || ' ' || what FROM (VALUES
  ((SELECT count(*) FROM profile), 'profiles'),
  ((SELECT count(*) FROM (SELECT FROM delivery LIMIT 1000) d), 'or more deliveries'),
  ((SELECT count(*) FROM own_variable), 'variables'),
  ((SELECT count(*) FROM own_sample), 'named samples'),
  ((SELECT count(*) FROM hold), 'blocks of deliveries'),
  ((SELECT count(*) FROM turn), 'turns of profiles'),
  ((SELECT count(*) FROM lane), 'lanes of earlier deliveries'),
  ((SELECT count(*) FROM api_key), 'API keys'),
  ((SELECT count(*) FROM remote_link), 'links to an account'),
  ((SELECT count(*) FROM receipt), 'receipts of earlier requests')) c(n, what)
WHERE n > 0 LIMIT 1";

/// Removes what an unfinished copy has written, and opens the database. It was empty when the copy began, and closed
/// since then.
pub async fn abandon(db: Db<'_>, target: &str, id: Uuid) -> Result<(), TransferError> {
    db.rows("SELECT FROM meta FOR UPDATE", &[]).await?;
    let mark = read(db).await?;
    if mark.is_none_or(|mark| mark.id != id || mark.reached.is_finished) {
        return Ok(());
    }
    if let Some(who) = others(db).await? {
        return Err(TransferError::InUse { target: target.to_owned(), who });
    }
    db.batch(
        "TRUNCATE profile, own_variable, own_sample, test_values, hold, recovering, health, turn, alert, lane, api_key,
             remote_link, receipt, delivery, ended, attempt, tested, incoming, clock_skew, copied_from, rollup,
             rollup_change, rollup_start, resend, bulk_action, bulk_member;
         INSERT INTO rollup_start DEFAULT VALUES;
         UPDATE meta SET copying_from = NULL",
    )
    .await?;
    Ok(())
}

/// Begins a copy, or resumes it, and closes the database to everybody else until it has finished.
pub async fn begin(db: Db<'_>, target: &str, id: Uuid, source: &str) -> Result<TargetMark, TransferError> {
    let target = || target.to_owned();
    // One at a time, in one order.
    db.rows("SELECT FROM meta FOR UPDATE", &[]).await?;
    match source_mark::read(db).await? {
        // The same mark under another name.
        Some(mark) if mark.id == id => return Err(TransferError::Same(target())),
        Some(mark) if mark.is_closed => {
            return Err(TransferError::CopiedBefore { source_name: target(), target: mark.target });
        }
        _ => {}
    }
    let earlier = read(db).await?;
    if let Some(mark) = earlier.as_ref().filter(|mark| mark.id == id && mark.reached.is_finished) {
        return Ok(mark.reached);
    }
    if let Some(who) = others(db).await? {
        return Err(TransferError::InUse { target: target(), who });
    }
    db.execute("UPDATE meta SET copying_from = $1", &[&source]).await?;
    match earlier {
        Some(mark) if mark.id == id => return Ok(mark.reached),
        Some(mark) if mark.has_data() => {
            let what = format!("what was copied from {}", mark.source);
            return Err(TransferError::Occupied { target: target(), what });
        }
        _ => {}
    }
    if let Some(what) = db.value::<String>(CONTENT, &[]).await? {
        return Err(TransferError::Occupied { target: target(), what });
    }
    db.execute("DELETE FROM copied_from", &[]).await?;
    let sql = "INSERT INTO copied_from (id, source, began_at)
               VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)";
    db.execute(sql, &[&id, &source]).await?;
    Ok(TargetMark { has_settings: false, read_to: i64::MIN, is_finished: false })
}

/// Where the log is continued: when the copy began, and the last position that was assigned.
pub async fn reached(db: Db<'_>) -> Result<(i64, Option<i64>), StoreError> {
    let row = db.row("SELECT began_at, written_to FROM copied_from", &[]).await?;
    let row = row.ok_or_else(|| StoreError::unreadable("the mark of the copy", "there is none"))?;
    Ok((get_or_default(&row, "began_at"), get_or_default(&row, "written_to")))
}
