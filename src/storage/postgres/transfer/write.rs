//! Writes what is copied, in PostgreSQL's own format for many rows.

use std::collections::BTreeMap;
use std::pin::pin;

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::transfer::contents::{Side, columns, name};
use crate::storage::postgres::transfer::positions::{Positions, days};
use crate::storage::postgres::transfer::target_mark as mark;
use crate::storage::postgres::transfer::value::{Written, type_of};
use crate::storage::transfer::batch::SettingsPage;
use crate::storage::transfer::datum::Datum;
use crate::storage::transfer::store::Contents;
use crate::storage::transfer::table::{Table, TableRow};

/// How far the times of acceptance of what was written differ from its positions: searches for a time need it.
const NOTE_SKEW: &str = "
INSERT INTO clock_skew AS known (day, ms)
SELECT (seq >> 11) / 86400000000, doubled_skew(max(abs(accepted_at - (seq >> 11) / 1000))) FROM delivery
WHERE seq BETWEEN $1 AND $2 GROUP BY 1
ON CONFLICT (day) DO UPDATE SET ms = greatest(known.ms, excluded.ms)";

/// Copies all settings.
pub async fn settings(db: Db<'_>, source: &dyn Contents) -> Result<(), StoreError> {
    // The source says since when.
    db.execute("DELETE FROM rollup_start", &[]).await?;
    for table in Table::SETTINGS {
        let mut from = 0;
        loop {
            let SettingsPage { rows, read, .. } = source.settings(table, from, table.page()).await?;
            if read == 0 {
                break;
            }
            insert(db, table, &rows).await?;
            from += read;
        }
    }
    db.execute("UPDATE copied_from SET has_settings = true", &[]).await?;
    Ok(())
}

/// Writes a part of the log, whose last delivery has this position in the source.
pub async fn log(
    db: Db<'_>,
    end: i64,
    mut rows: [Vec<TableRow>; Table::LOG.len()],
) -> Result<(), StoreError> {
    // What a crash loses is copied again: the position is in the same transaction.
    db.batch("SET LOCAL synchronous_commit = off").await?;
    let (began_at, last) = mark::reached(db).await?;
    let mut positions = Positions::after(last, began_at);
    let accepted_at = Table::Deliveries.place("accepted_at").unwrap_or_default();
    let [deliveries, ..] = &rows;
    let given: BTreeMap<i64, i64> = deliveries
        .iter()
        .filter_map(|row| {
            let accepted_at = row.get(accepted_at)?.int()?;
            Some((row.first()?.int()?, positions.next(accepted_at)))
        })
        .collect();
    for day in days(&given) {
        db.rows("SELECT make_days(date '1970-01-01' + $1::int, date '1970-01-01' + $1::int)", &[&day])
            .await?;
    }
    for row in rows.iter_mut().flatten() {
        if let Some(Datum::Int(position)) = row.first_mut() {
            *position = given.get(position).copied().unwrap_or_default();
        }
    }
    for (table, rows) in Table::LOG.into_iter().zip(&rows) {
        insert(db, table, rows).await?;
    }
    if let (Some(first), Some(last)) = (given.values().min(), given.values().max()) {
        db.execute(NOTE_SKEW, &[first, last]).await?;
    }
    let sql = "UPDATE copied_from SET read_to = $1, written_to = $2";
    db.execute(sql, &[&end, &positions.last()]).await?;
    Ok(())
}

async fn insert(db: Db<'_>, table: Table, rows: &[TableRow]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let types: Vec<Type> = table.columns().iter().map(|column| type_of(column.kind)).collect();
    let sql = format!("COPY {} ({}) FROM STDIN BINARY", name(table, Side::Target), columns(table));
    let mut writer = pin!(BinaryCopyInWriter::new(db.copy_in(&sql).await?, &types));
    for row in rows {
        let written: Vec<Written<'_>> = row.iter().map(Written).collect();
        let values: Vec<&(dyn ToSql + Sync)> = written.iter().map(|value| value as _).collect();
        db.response(pin!(writer.as_mut().write(&values))).await?;
    }
    db.response(pin!(writer.finish())).await?;
    Ok(())
}
