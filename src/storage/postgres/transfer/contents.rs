//! What is read of a database, to copy it or to compare it with what it is a copy of.

use std::collections::HashSet;

use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::postgres::transfer::value;
use crate::storage::transfer::batch::{
    BatchLimit, InvalidDeliveries, LaneName, LaneNames, LogBatch, SettingsPage,
};
use crate::storage::transfer::datum::{ColumnKind, Datum};
use crate::storage::transfer::table::{Table, TableColumn};
use crate::storage::unreadable::UnreadableRow;

/// Which of the two a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It is copied.
    Source,
    /// It is filled: what is pending is kept apart until the copy has finished.
    Target,
}

/// The name of a table here.
pub fn name(table: Table, side: Side) -> &'static str {
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
        Table::Pending if side == Side::Source => "pending",
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

/// The columns of a table as they are read: as every store has them, and nothing where a row belongs to none.
fn selected(table: Table, side: Side) -> String {
    let name = name(table, side);
    let column = |column: &TableColumn| match (table, column.name) {
        // Of an alert that has ended it was given.
        (Table::Turns, "wanted") => "wanted AND (alert IS NULL OR EXISTS (
            SELECT FROM alert a WHERE a.id = turn.alert AND a.ended_at IS NULL))"
            .to_owned(),
        // Without a class, the message is that of a response that was cut off, and belongs to its attempt.
        (Table::Ended, "message") => "CASE WHEN class IS NOT NULL THEN message END".to_owned(),
        (_, lane) if column.kind == ColumnKind::Lane => {
            format!("(SELECT l.seq FROM lane l WHERE l.seq = {name}.{lane}) AS {lane}")
        }
        (_, column) => column.to_owned(),
    };
    table.columns().iter().map(column).collect::<Vec<_>>().join(", ")
}

/// The next positions, each with about how many bytes belong to its delivery.
const NEXT: &str = "
SELECT d.seq, (coalesce(octet_length(d.body), 0) + coalesce(octet_length(d.headers), 0) + octet_length(d.vals)
    + coalesce((SELECT sum(octet_length(a.response_body) + octet_length(a.response_headers))
        FROM attempt a WHERE a.seq = d.seq), 0))::bigint AS bytes
FROM delivery d WHERE d.seq > $1 ORDER BY d.seq LIMIT $2";

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
    // No column of these differs while a copy is unfinished.
    let (columns, name, order) = (selected(table, Side::Source), name(table, Side::Source), order(table));
    let sql = format!("SELECT {columns} FROM {name} ORDER BY {order} LIMIT $1 OFFSET $2");
    let rows = db.rows(&sql, &[&number(most), &number(from)]).await?;
    let mut page = SettingsPage { read: rows.len(), ..SettingsPage::default() };
    for (row, number) in rows.iter().zip(from.saturating_add(1)..) {
        match table.row(value::read(table, row)?) {
            Ok(row) => page.rows.push(row),
            Err(why) => {
                let name = format!("row {number} of {}", table.name());
                page.passed_over.add(UnreadableRow { name, why, position: None });
            }
        }
    }
    Ok(page)
}

/// The deliveries after a position, and all that belongs to them.
pub async fn log(db: Db<'_>, side: Side, after: i64, most: BatchLimit) -> Result<LogBatch, StoreError> {
    let mut batch = LogBatch { positions: next(db, after, most).await?, ..LogBatch::default() };
    let (Some(first), Some(end)) = (batch.positions.first().copied(), batch.positions.last().copied()) else {
        return Ok(batch);
    };
    batch.end = Some(end);
    let there: HashSet<i64> = batch.positions.iter().copied().collect();
    let mut invalid = InvalidDeliveries::new();
    for (table, rows) in Table::LOG.into_iter().zip(&mut batch.rows) {
        let (columns, name, order) = (selected(table, side), name(table, side), order(table));
        let sql = format!("SELECT {columns} FROM {name} WHERE seq BETWEEN $1 AND $2 ORDER BY {order}");
        for found in db.rows(&sql, &[&first, &end]).await? {
            let row = value::read(table, &found)?;
            let position = row.first().and_then(Datum::int).unwrap_or_default();
            match table.row(row) {
                Ok(row) if there.contains(&position) => rows.push(row),
                // Of a delivery that was removed.
                Ok(_) => {}
                Err(why) => {
                    invalid.entry(position).or_insert((None, why));
                }
            }
        }
    }
    batch.pass_over(invalid);
    Ok(batch)
}

/// The next positions: as many as fit.
async fn next(db: Db<'_>, after: i64, most: BatchLimit) -> Result<Vec<i64>, StoreError> {
    let limit = i64::try_from(most.deliveries).unwrap_or(i64::MAX);
    let (mut positions, mut bytes) = (Vec::new(), 0_u64);
    for row in db.rows(NEXT, &[&after, &limit]).await? {
        positions.push(row.try_get("seq")?);
        bytes = bytes.saturating_add(u64::try_from(row.try_get::<_, i64>("bytes")?).unwrap_or(0));
        if bytes >= most.bytes {
            break;
        }
    }
    Ok(positions)
}
