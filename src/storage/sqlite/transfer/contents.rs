//! What is read of a file to copy it.

use std::collections::BTreeSet;

use rusqlite::types::ValueRef;
use rusqlite::{Params, Row as FileRow, Transaction};

use crate::record::{DeliveryId, LogPosition};
use crate::storage::error::StoreError;
use crate::storage::transfer::batch::{
    BatchLimit, InvalidDeliveries, LaneName, LaneNames, LogBatch, SettingsPage,
};
use crate::storage::transfer::datum::Datum;
use crate::storage::transfer::table::{Table, TableRow};
use crate::storage::unreadable::{UnreadableRow, Why};

/// The columns of a table in their order; of the log between two positions.
fn select(table: Table) -> &'static str {
    match table {
        Table::Profiles => {
            "SELECT p.id, p.title, p.channel, p.method, p.endpoint, p.status, p.created_at, p.modified_at,
                 p.deleted_at, d.document
             FROM profile p LEFT JOIN profile_document d ON d.profile = p.seq ORDER BY p.seq"
        }
        Table::Variables => "SELECT scope, name, meaning, sample FROM own_variable ORDER BY seq",
        Table::Samples => "SELECT scope, name, vals FROM own_sample ORDER BY seq",
        Table::TestValues => "SELECT profile_id, event, vals FROM test_values ORDER BY profile_id, event",
        Table::Blocks => {
            "SELECT profile_id, why, since, failed, delivery, message, probe_at, probe_wait_s FROM hold
             ORDER BY profile_id, why"
        }
        Table::Recovering => "SELECT profile_id, width FROM recovering ORDER BY profile_id",
        Table::Health => {
            "SELECT profile_id, state, since, failed, delivery, status, class, message, recent_failed, recent_ended
             FROM health ORDER BY profile_id"
        }
        Table::Turns => {
            "SELECT id, at, profile_id, title, kind, was, was_since, failed, delivery, status, class, message,
                 recent_failed, recent_ended, wanted AND (alert IS NULL OR EXISTS (
                     SELECT 1 FROM alert a WHERE a.id = turn.alert AND a.ended_at IS NULL))
             FROM turn ORDER BY seq"
        }
        Table::Lanes => {
            "SELECT profile_id, origin, by_hand, failed_in_row, delivered FROM lane
             ORDER BY profile_id, origin, by_hand"
        }
        Table::ApiKeys => {
            "SELECT id, name, scope, profiles, hash, created_at, expires_at, revoked_at, last_used_at
             FROM api_key ORDER BY seq"
        }
        Table::RemoteLinks => {
            "SELECT account, profile_id, remote_id, creation, seen FROM remote_link ORDER BY account, profile_id"
        }
        Table::BulkActions => {
            "SELECT id, begun_at, changed_at, is_over, what, wanted, retried, resent, unchanged FROM bulk_action
             ORDER BY id"
        }
        Table::Receipts => {
            "SELECT owner, key, fingerprint, made_at, seed, response FROM receipt ORDER BY owner, key"
        }
        Table::Rollups => "SELECT step, at, profile_id, counts FROM rollup ORDER BY step, at, profile_id",
        Table::RollupStart => "SELECT at FROM rollup_start",
        Table::Deliveries => {
            "SELECT d.seq, d.id, l.seq, d.accepted_at, d.run_id, d.retry_count, d.interval_s, d.timeout_ms,
                 d.was_tested, d.again, d.kind, d.backoff, d.profile_title, d.event, r.method, r.url, r.headers,
                 r.vals, r.body
             FROM delivery d LEFT JOIN valid_lane l ON l.seq = d.lane LEFT JOIN request r ON r.delivery = d.seq
             WHERE d.seq BETWEEN ?1 AND ?2 ORDER BY d.seq"
        }
        // Without a class, the message is that of a response that was cut off, and belongs to its attempt.
        Table::Ended => {
            "SELECT d.seq, coalesce(d.ended_at, o.started_at + o.duration_ms, d.accepted_at), d.run_id, l.seq,
                 coalesce(d.last_ms, o.duration_ms),
                 CASE WHEN s.seq IS NOT NULL THEN 2 WHEN d.state BETWEEN 2 AND 4 THEN d.state END,
                 iif(s.seq IS NULL, d.attempts, max(d.attempts, 1)), coalesce(d.last_status, o.status), d.last_class,
                 CASE WHEN d.last_class IS NOT NULL THEN d.last_message END
             FROM delivery d LEFT JOIN valid_lane l ON l.seq = d.lane
                 LEFT JOIN delivered s ON s.lane = d.lane AND s.seq = d.seq AND d.state = 0
                 LEFT JOIN attempt o ON o.key = s.seq << 10 | 1
             WHERE d.seq BETWEEN ?1 AND ?2 AND (d.state > 1 OR s.seq IS NOT NULL) ORDER BY d.seq"
        }
        Table::Pending => {
            "SELECT d.seq, d.due_at, d.run_id, l.seq, d.attempts, coalesce(d.probes, 0)
             FROM delivery d LEFT JOIN valid_lane l ON l.seq = d.lane
                 LEFT JOIN delivered s ON s.lane = d.lane AND s.seq = d.seq AND d.state = 0
             WHERE d.seq BETWEEN ?1 AND ?2 AND d.state < 2 AND s.seq IS NULL ORDER BY d.seq"
        }
        Table::Tested => {
            "SELECT delivery, document FROM tested WHERE delivery BETWEEN ?1 AND ?2 ORDER BY delivery"
        }
        Table::Attempts => {
            "SELECT key >> 10, started_at, duration_ms, key & 1023, status, response_cut, class, message, address,
                 response_headers, response_body, phases, is_probe
             FROM attempt WHERE key BETWEEN ?1 << 10 AND ?2 << 10 | 1023 ORDER BY key"
        }
        Table::Resends => "SELECT seq, earlier FROM resend WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
        Table::BulkMembers => "SELECT seq, bulk FROM bulk_member WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq, bulk",
    }
}

/// The lanes that can be copied: a delivery of another one cannot.
const VALID_LANES: &str = "
WITH valid_lane AS (
    SELECT seq, profile_id, origin, by_hand FROM lane
    WHERE typeof(profile_id) = 'text' AND typeof(origin) = 'text' AND by_hand IN (0, 1)
        AND typeof(failed_in_row) = 'integer' AND failed_in_row BETWEEN -2147483648 AND 2147483647
        AND (delivered IS NULL OR typeof(delivered) = 'blob' AND length(delivered) = 16))";

/// The next positions, each with about how many bytes belong to its delivery.
const NEXT: &str = "
SELECT d.seq,
    coalesce((SELECT coalesce(length(body), 0) + coalesce(length(headers), 0) + length(vals)
        FROM request WHERE delivery = d.seq), 0)
    + coalesce((SELECT sum(length(response_body) + length(response_headers))
        FROM attempt WHERE key BETWEEN d.seq << 10 AND d.seq << 10 | 1023), 0)
FROM delivery d WHERE d.seq > ?1 ORDER BY d.seq LIMIT ?2";

/// The lanes by their numbers.
pub fn lanes(tx: &Transaction<'_>) -> Result<LaneNames, StoreError> {
    let sql = format!("{VALID_LANES} SELECT seq, profile_id, origin, by_hand FROM valid_lane");
    let mut select = tx.prepare_cached(&sql)?;
    let lanes = select.query_map([], |row| {
        Ok((row.get(0)?, LaneName { profile_id: row.get(1)?, origin: row.get(2)?, by_hand: row.get(3)? }))
    })?;
    Ok(lanes.collect::<Result<_, _>>()?)
}

/// Rows of a table of settings.
pub fn settings(
    tx: &Transaction<'_>,
    table: Table,
    from: usize,
    most: usize,
) -> Result<SettingsPage, StoreError> {
    let sql = format!("{} LIMIT ?1 OFFSET ?2", select(table));
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut page = SettingsPage::default();
    each(tx, &sql, (number(most), number(from)), table, |_, row| {
        page.read += 1;
        match row {
            Ok(row) => page.rows.push(row),
            Err(why) => {
                let name = format!("row {} of {}", from + page.read, table.name());
                page.passed_over.add(UnreadableRow { name, why, position: None });
            }
        }
    })?;
    Ok(page)
}

/// The deliveries after a position, and all that belongs to them.
pub fn log(tx: &Transaction<'_>, after: LogPosition, most: BatchLimit) -> Result<LogBatch, StoreError> {
    let mut batch = LogBatch { positions: next(tx, after, most)?, ..LogBatch::default() };
    let (Some(first), Some(end)) = (batch.positions.first().copied(), batch.positions.last().copied()) else {
        return Ok(batch);
    };
    batch.end = Some(end);
    let there: BTreeSet<i64> = batch.positions.iter().copied().collect();
    let mut invalid = InvalidDeliveries::new();
    for (table, rows) in Table::LOG.into_iter().zip(&mut batch.rows) {
        let sql = format!("{VALID_LANES} {}", select(table));
        each(tx, &sql, (first, end), table, |found, row| {
            let position = found.get::<_, i64>(0).unwrap_or_default();
            match row {
                Ok(row) if there.contains(&position) => rows.push(row),
                // Of a delivery that was removed.
                Ok(_) => {}
                Err(why) => {
                    let id =
                        (table == Table::Deliveries).then(|| found.get(1).ok().map(DeliveryId::from_bytes));
                    invalid.entry(position).or_insert((id.flatten(), why));
                }
            }
        })?;
    }
    batch.pass_over(invalid);
    Ok(batch)
}

/// The next positions: as many as fit.
fn next(tx: &Transaction<'_>, after: LogPosition, most: BatchLimit) -> Result<Vec<i64>, StoreError> {
    let mut select = tx.prepare_cached(NEXT)?;
    let mut rows = select.query((after.number(), i64::try_from(most.deliveries).unwrap_or(i64::MAX)))?;
    let (mut positions, mut bytes) = (Vec::new(), 0_u64);
    while let Some(row) = rows.next()? {
        positions.push(row.get(0)?);
        bytes = bytes.saturating_add(u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0));
        if bytes >= most.bytes {
            break;
        }
    }
    Ok(positions)
}

/// Reads the rows of a statement with the columns of this table.
fn each(
    tx: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    table: Table,
    mut then: impl FnMut(&FileRow<'_>, Result<TableRow, Why>),
) -> Result<(), StoreError> {
    let mut select = tx.prepare_cached(sql)?;
    let mut rows = select.query(params)?;
    while let Some(row) = rows.next()? {
        let data = (0..table.columns().len()).map(|place| datum(row, place)).collect::<Result<Vec<_>, _>>();
        then(row, data.and_then(|data| table.row(data)));
    }
    Ok(())
}

fn datum(row: &FileRow<'_>, place: usize) -> Result<Datum, Why> {
    Ok(match row.get_ref(place).map_err(|error| error.to_string())? {
        ValueRef::Null => Datum::Null,
        ValueRef::Integer(n) => Datum::Int(n),
        ValueRef::Real(n) => return Err(format!("{n} is not a whole number")),
        ValueRef::Text(text) => {
            Datum::Text(String::from_utf8(text.to_vec()).map_err(|error| error.to_string())?)
        }
        ValueRef::Blob(bytes) => Datum::Bytes(bytes.to_vec()),
    })
}
