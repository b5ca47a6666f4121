//! Writes what is copied into a file.

use std::collections::HashMap;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::storage::error::StoreError;
use crate::storage::transfer::datum::Datum;
use crate::storage::transfer::table::{Table, TableRow};

/// The highest number of an attempt: see the key of its table.
const MOST_ATTEMPTS: i64 = 1023;

/// Columns of [`Table::Deliveries`] before those of the request.
const OF_DELIVERY: usize = 14;

const DELIVERY: &str = "
INSERT INTO delivery (seq, id, lane, accepted_at, run_id, retry_count, interval_s, timeout_ms, was_tested, again, kind,
    backoff, profile_title, event, state, attempts, due_at, ended_at, last_status, last_class, last_message, last_ms,
    probes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)";

const REQUEST: &str =
    "INSERT INTO request (delivery, method, url, headers, vals, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// How a row of a table is inserted; its columns are the parameters.
fn insertion(table: Table) -> Option<&'static str> {
    Some(match table {
        Table::Variables => "INSERT INTO own_variable (scope, name, meaning, sample) VALUES (?1, ?2, ?3, ?4)",
        Table::Samples => "INSERT INTO own_sample (scope, name, vals) VALUES (?1, ?2, ?3)",
        Table::TestValues => "INSERT INTO test_values (profile_id, event, vals) VALUES (?1, ?2, ?3)",
        Table::Blocks => {
            "INSERT INTO hold (profile_id, why, since, failed, delivery, message, probe_at, probe_wait_s)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        }
        Table::Recovering => "INSERT INTO recovering (profile_id, width) VALUES (?1, ?2)",
        Table::Health => {
            "INSERT INTO health (profile_id, state, since, failed, delivery, status, class, message, recent_failed,
                 recent_ended)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        }
        Table::Turns => {
            "INSERT INTO turn (id, at, profile_id, title, kind, was, was_since, failed, delivery, status, class,
                 message, recent_failed, recent_ended, wanted)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
        }
        Table::Lanes => {
            "INSERT INTO lane (profile_id, origin, by_hand, failed_in_row, delivered) VALUES (?1, ?2, ?3, ?4, ?5)"
        }
        Table::ApiKeys => {
            "INSERT INTO api_key (id, name, scope, profiles, hash, created_at, expires_at, revoked_at, last_used_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        }
        Table::RemoteLinks => {
            "INSERT INTO remote_link (account, profile_id, remote_id, creation, seen) VALUES (?1, ?2, ?3, ?4, ?5)"
        }
        Table::BulkActions => {
            "INSERT INTO bulk_action (id, begun_at, changed_at, is_over, what, wanted, retried, resent, unchanged)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        }
        Table::Receipts => {
            "INSERT INTO receipt (owner, key, fingerprint, made_at, seed, response)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        }
        Table::Rollups => "INSERT INTO rollup (step, at, profile_id, counts) VALUES (?1, ?2, ?3, ?4)",
        // The source says since when.
        Table::RollupStart => "INSERT OR REPLACE INTO rollup_start (one, at) VALUES (1, ?1)",
        Table::Tested => "INSERT INTO tested (delivery, document) VALUES (?1, ?2)",
        Table::Attempts => {
            "INSERT INTO attempt (key, started_at, duration_ms, status, response_cut, class, message, address,
                 response_headers, response_body, phases, is_probe)
             VALUES (?1 << 10 | ?4, ?2, ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        }
        Table::Resends => "INSERT INTO resend (seq, earlier) VALUES (?1, ?2)",
        Table::BulkMembers => "INSERT INTO bulk_member (seq, bulk) VALUES (?1, ?2)",
        // Written to several tables.
        Table::Profiles | Table::Deliveries | Table::Ended | Table::Pending => return None,
    })
}

/// A value of a row that is written.
struct Written<'a>(&'a Datum);

impl ToSql for Written<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Datum::Null => ToSqlOutput::Owned(Value::Null),
            Datum::Int(n) => ToSqlOutput::Owned(Value::Integer(*n)),
            Datum::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Datum::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn run<'a>(
    db: &Connection,
    sql: &str,
    values: impl IntoIterator<Item = &'a Datum>,
) -> Result<(), StoreError> {
    db.prepare_cached(sql)?.execute(params_from_iter(values.into_iter().map(Written)))?;
    Ok(())
}

/// Writes rows of a table of settings.
pub fn settings(db: &Connection, table: Table, rows: &[TableRow]) -> Result<(), StoreError> {
    for row in rows {
        match (insertion(table), row.split_last()) {
            (Some(sql), _) => run(db, sql, row)?,
            (None, Some((document, columns))) => {
                let sql = "INSERT INTO profile (id, title, channel, method, endpoint, status, created_at, modified_at,
                               deleted_at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
                run(db, sql, columns)?;
                run(
                    db,
                    "INSERT INTO profile_document (profile, document) VALUES (last_insert_rowid(), ?1)",
                    [document],
                )?;
            }
            (None, None) => {}
        }
    }
    Ok(())
}

/// Removes what the feed has of the settings: no change was made here.
pub fn forget_changes(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM feed", [])?;
    Ok(())
}

/// What follows from the rows of a delivery in other tables.
#[derive(Default)]
struct Rest<'a> {
    ended: Option<&'a [Datum]>,
    pending: Option<&'a [Datum]>,
    /// The last one.
    attempt: Option<&'a [Datum]>,
}

/// Writes a part of the log. Positions follow those that were written before, in the order of the source.
pub fn log(db: &Connection, mut rows: [Vec<TableRow>; Table::LOG.len()]) -> Result<(), StoreError> {
    let accepted: i64 = db.query_row("SELECT accepted FROM revision", [], |row| row.get(0))?;
    let [deliveries, ..] = &rows;
    let positions = deliveries.iter().filter_map(|row| row.first()?.int());
    let given: HashMap<i64, i64> = positions.zip(accepted.saturating_add(1)..).collect();
    for row in rows.iter_mut().flatten() {
        if let Some(Datum::Int(position)) = row.first_mut() {
            let there = given.get(position).copied();
            *position = there.ok_or_else(|| {
                StoreError::unreadable(format_args!("the delivery in row {position}"), "it was not copied")
            })?;
        }
    }
    let mut all: HashMap<i64, Rest<'_>> = HashMap::with_capacity(given.len());
    for (table, rows) in Table::LOG.into_iter().zip(&rows) {
        for row in rows {
            let Some(position) = row.first().and_then(Datum::int) else { continue };
            let rest = all.entry(position).or_default();
            match table {
                Table::Ended => rest.ended = Some(row),
                Table::Pending => rest.pending = Some(row),
                Table::Attempts => rest.attempt = Some(row),
                _ => {}
            }
        }
    }
    for (table, rows) in Table::LOG.into_iter().zip(&rows) {
        for row in rows {
            match (table, insertion(table)) {
                (Table::Attempts, _) if row.get(3).and_then(Datum::int) > Some(MOST_ATTEMPTS) => {
                    return Err(StoreError::unreadable(
                        "an attempt",
                        "a file has at most 1023 of a delivery",
                    ));
                }
                (_, Some(sql)) => run(db, sql, row)?,
                (Table::Deliveries, None) => {
                    let position = row.first().and_then(Datum::int).unwrap_or_default();
                    delivery(db, row, all.get(&position).unwrap_or(&Rest::default()))?;
                }
                // Written with their deliveries.
                (_, None) => {}
            }
        }
    }
    let last = accepted.saturating_add(i64::try_from(given.len()).unwrap_or(0));
    db.execute("UPDATE revision SET accepted = ?1", [last])?;
    Ok(())
}

/// Writes a delivery, its request, and its place in a queue.
fn delivery(db: &Connection, row: &[Datum], rest: &Rest<'_>) -> Result<(), StoreError> {
    let (columns, request) = row.split_at(row.len().min(OF_DELIVERY));
    let null = &Datum::Null;
    // Without a class, the message is that of a response that was cut off.
    let failed = |class: &Datum| *class != Datum::Null;
    let outcome = match (rest.ended, rest.pending, rest.attempt) {
        (Some([_, ended_at, _, _, ms, state, attempts, status, class, message]), ..) => {
            [state, attempts, null, ended_at, status, class, message, ms, null].map(Clone::clone)
        }
        (_, Some([_, due_at, _, _, Datum::Int(0), probes]), _) => {
            let zero = &Datum::Int(0);
            [zero, zero, due_at, null, null, null, null, null, probes].map(Clone::clone)
        }
        (_, Some([_, due_at, _, _, attempts, probes]), attempt) => {
            let (status, class, message, ms) = match attempt {
                Some([_, _, ms, _, status, _, class, message, ..]) => {
                    (status, class, if failed(class) { message } else { null }, ms)
                }
                _ => (null, null, null, null),
            };
            [&Datum::Int(1), attempts, due_at, null, status, class, message, ms, probes].map(Clone::clone)
        }
        _ => return Err(StoreError::unreadable("a delivery", "it is in no state")),
    };
    run(db, DELIVERY, columns.iter().chain(&outcome))?;
    run(db, REQUEST, columns.iter().take(1).chain(request))?;
    let [state, ..] = &outcome;
    if let ([seq, _, lane, _, run_id, ..], Datum::Int(0)) = (columns, state) {
        run(db, "INSERT INTO queued (lane, seq, run_id) VALUES (?1, ?2, ?3)", [lane, seq, run_id])?;
    }
    db.prepare_cached("UPDATE tally SET n = n + 1 WHERE state = ?1")?.execute([Written(state)])?;
    Ok(())
}
