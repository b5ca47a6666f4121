//! What is read of a database to compare it with what it is a copy of.

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::postgres::transfer::value;
use crate::storage::transfer::batch::{BatchLimit, LaneName, LaneNames, LogBatch, SettingsPage};
use crate::storage::transfer::datum::Datum;
use crate::storage::transfer::table::{Table, TableRow};

/// The name of a table here. What is pending is kept apart until the copy has finished.
pub fn name(table: Table) -> &'static str {
    match table {
        Table::Profiles => "profile",
        Table::Variables => "own_variable",
        Table::Samples => "own_sample",
        Table::TestValues => "test_values",
        Table::Blocks => "hold",
        Table::Recovering => "recovering",
        Table::Health => "health",
        Table::Turns => "turn",
        Table::Lanes => "lane",
        Table::ApiKeys => "api_key",
        Table::RemoteLinks => "remote_link",
        Table::BulkActions => "bulk_action",
        Table::Receipts => "receipt",
        Table::Rollups => "rollup",
        Table::RollupStart => "rollup_start",
        Table::Deliveries => "delivery",
        Table::Ended => "ended",
        Table::Pending => "incoming",
        Table::Tested => "tested",
        Table::Attempts => "attempt",
        Table::Resends => "resend",
        Table::BulkMembers => "bulk_member",
    }
}

/// The names of the columns of a table.
pub fn columns(table: Table) -> String {
    table.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// The order of a table's rows, the same in every store.
fn order(table: Table) -> &'static str {
    match table {
        Table::TestValues => r#"profile_id COLLATE "C", event COLLATE "C""#,
        Table::Blocks => r#"profile_id COLLATE "C", why COLLATE "C""#,
        Table::Recovering | Table::Health => r#"profile_id COLLATE "C""#,
        Table::Lanes => r#"profile_id COLLATE "C", origin COLLATE "C", by_hand"#,
        Table::RemoteLinks => r#"account COLLATE "C", profile_id COLLATE "C""#,
        Table::Receipts => r#"owner COLLATE "C", key COLLATE "C""#,
        Table::Rollups => r#"step, at, profile_id COLLATE "C""#,
        Table::RollupStart => "at",
        Table::BulkActions => "id",
        Table::BulkMembers => "seq, bulk",
        Table::Profiles
        | Table::Variables
        | Table::Samples
        | Table::ApiKeys
        | Table::Turns
        | Table::Deliveries
        | Table::Ended
        | Table::Pending
        | Table::Tested
        | Table::Resends => "seq",
        Table::Attempts => "seq, n",
    }
}

/// The lanes by their numbers.
pub async fn lanes(db: Db<'_>) -> Result<LaneNames, StoreError> {
    let rows = db.rows("SELECT seq, profile_id, origin, by_hand FROM lane", &[]).await?;
    let lane = |row: &tokio_postgres::Row| {
        let name = LaneName {
            profile_id: get_or_default(row, "profile_id"),
            origin: get_or_default(row, "origin"),
            by_hand: get_or_default(row, "by_hand"),
        };
        (get_or_default::<i32>(row, "seq").into(), name)
    };
    Ok(rows.iter().map(lane).collect())
}

/// Rows of a table of settings.
pub async fn settings(
    db: Db<'_>,
    table: Table,
    from: usize,
    most: usize,
) -> Result<SettingsPage, StoreError> {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let (columns, name, order) = (columns(table), name(table), order(table));
    let sql = format!("SELECT {columns} FROM {name} ORDER BY {order} LIMIT $1 OFFSET $2");
    let rows = db.rows(&sql, &[&number(most), &number(from)]).await?;
    let rows: Vec<TableRow> = rows.iter().map(|row| value::read(table, row)).collect::<Result<_, _>>()?;
    Ok(SettingsPage { read: rows.len(), rows, ..SettingsPage::default() })
}

/// The deliveries after a position, and all that belongs to them.
pub async fn log(db: Db<'_>, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError> {
    let most = i64::try_from(most.deliveries).unwrap_or(i64::MAX);
    let sql =
        format!("SELECT {} FROM delivery WHERE seq > $1 ORDER BY seq LIMIT $2", columns(Table::Deliveries));
    let deliveries = db.rows(&sql, &[&after, &most]).await?;
    let deliveries: Vec<TableRow> =
        deliveries.iter().map(|row| value::read(Table::Deliveries, row)).collect::<Result<_, _>>()?;
    let positions: Vec<i64> = deliveries.iter().filter_map(|row| row.first().and_then(Datum::int)).collect();
    let (Some(first), Some(end)) = (positions.first().copied(), positions.last().copied()) else {
        return Ok(LogBatch::default());
    };
    let mut batch = LogBatch { end: Some(end), positions, ..LogBatch::default() };
    for (table, rows) in Table::LOG.into_iter().zip(&mut batch.rows).skip(1) {
        let (columns, name, order) = (columns(table), name(table), order(table));
        let sql = format!("SELECT {columns} FROM {name} WHERE seq BETWEEN $1 AND $2 ORDER BY {order}");
        let found = db.rows(&sql, &[&first, &end]).await?;
        *rows = found.iter().map(|row| value::read(table, row)).collect::<Result<_, _>>()?;
    }
    if let Some(rows) = batch.rows.first_mut() {
        *rows = deliveries;
    }
    Ok(batch)
}
