//! Repairs a delivery's row with values of other types than its columns: damaged, or written by a program that
//! circumvented the schema. `SQLite` rejects every change of such a row, whichever column is changed; so before it is
//! changed each value is converted to its column's type.

use rusqlite::{OptionalExtension as _, Transaction};

use crate::storage::error::StoreError;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::error::is_type_violation;
use crate::storage::sqlite::queue::lane;

/// Each value in its column's type. Valid ones are unchanged; of the rest, bytes and texts are kept as far as
/// possible.
const CONFORM: &str = "UPDATE delivery SET
    id = CASE WHEN typeof(id) = 'blob' AND length(id) = 16 THEN id ELSE randomblob(16) END,
    state = CASE WHEN state IN (0, 1, 2, 3, 4) THEN state ELSE 3 END,
    kind = coalesce(CAST(kind AS TEXT), ''),
    profile_title = coalesce(CAST(profile_title AS TEXT), ''),
    event = CAST(event AS TEXT),
    was_tested = CASE WHEN was_tested IN (0, 1) THEN was_tested ELSE 0 END,
    retry_count = coalesce(CAST(retry_count AS INTEGER), 0),
    interval_s = coalesce(CAST(interval_s AS INTEGER), 0),
    timeout_ms = coalesce(CAST(timeout_ms AS INTEGER), 0),
    backoff = coalesce(CAST(backoff AS TEXT), ''),
    attempts = coalesce(CAST(attempts AS INTEGER), 0),
    due_at = CASE WHEN state IN (0, 1) THEN coalesce(CAST(due_at AS INTEGER), 0) END,
    accepted_at = coalesce(CAST(accepted_at AS INTEGER), 0),
    ended_at = CAST(ended_at AS INTEGER),
    last_status = CAST(last_status AS INTEGER),
    last_class = CAST(last_class AS TEXT),
    last_message = CAST(last_message AS TEXT),
    last_ms = CAST(last_ms AS INTEGER),
    again = CASE WHEN typeof(again) = 'blob' AND length(again) = 16 THEN again END,
    run_id = CAST(run_id AS INTEGER),
    probes = CAST(probes AS INTEGER)
    WHERE seq = ?1";

/// The same for its request.
const CONFORM_REQUEST: &str = "UPDATE request SET
    method = CAST(method AS TEXT),
    url = CAST(url AS TEXT),
    headers = CAST(headers AS TEXT),
    vals = coalesce(CAST(vals AS TEXT), ''),
    body = CAST(body AS BLOB)
    WHERE delivery = ?1";

/// Changes the row of a delivery. If `SQLite` rejects that because of the types of stored values, they are repaired,
/// and it is changed again.
pub fn on_row<T>(
    tx: &Writing<'_>,
    row: i64,
    mut change: impl FnMut() -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    match change() {
        Err(error) if is_type_violation(&error) => {
            conform(tx, row)?;
            Ok(change()?)
        }
        done => Ok(done?),
    }
}

fn conform(tx: &Writing<'_>, row: i64) -> Result<(), StoreError> {
    if has_lane(tx, row)? {
        tx.execute(CONFORM, [row])?;
    } else {
        // In the same statement as the rest: separately, it would be rejected.
        let lane = lane::find_or_make(tx, "", "", true)?;
        let sql = CONFORM.replacen("SET", "SET lane = ?2,", 1);
        tx.execute(&sql, (row, lane))?;
    }
    tx.execute(CONFORM_REQUEST, [row])?;
    // Its state may have changed.
    tx.recount();
    Ok(())
}

/// Whether the lane is a number.
fn has_lane(tx: &Transaction<'_>, row: i64) -> Result<bool, StoreError> {
    let sql = "SELECT typeof(lane) = 'integer' FROM delivery WHERE seq = ?1";
    Ok(tx.query_row(sql, [row], |found| found.get(0)).optional()?.unwrap_or(true))
}
