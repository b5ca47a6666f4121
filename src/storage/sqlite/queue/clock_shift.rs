//! Shifts the times of waiting deliveries when the clock was set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction};

use crate::profile::{Backoff, RetryPolicy};
use crate::record::{longest_wait, own_wait};
use crate::storage::error::StoreError;
use crate::storage::sqlite::engine::revision::steered;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::error::is_type_violation;
use crate::storage::sqlite::queue::job::policy;
use crate::storage::sqlite::rows::columns::{get, millis};
use crate::storage::sqlite::rows::salvage::on_row;

/// Shifts the times of all waiting deliveries by this much; afterwards nothing waits longer from `now` than its
/// policy allows.
pub fn shift(tx: &Writing<'_>, by: SignedDuration, now: Timestamp) -> Result<(), StoreError> {
    let ms = i64::try_from(by.as_millis()).unwrap_or(0);
    if ms != 0 {
        match tx.execute(&format!("{SHIFT} WHERE {SHIFTED}"), bounds(ms)) {
            Err(error) if is_type_violation(&error) => shift_each(tx, ms)?,
            done => drop(done?),
        }
        tx.touched();
        steered(tx)?;
    }
    bound(tx, now)
}

/// Never beyond the supported times: such a row could not be read.
const SHIFT: &str = "UPDATE delivery SET due_at = max(min(due_at + ?1, ?2), ?3)";

/// Waiting deliveries with a valid time.
const SHIFTED: &str = "state = 1 AND typeof(due_at) = 'integer'";

fn bounds(ms: i64) -> [i64; 3] {
    [ms, millis(Timestamp::MAX), millis(Timestamp::MIN)]
}

/// The same, row by row: one of them must be repaired before it can be changed.
fn shift_each(tx: &Writing<'_>, ms: i64) -> Result<(), StoreError> {
    let mut waiting = tx.prepare(&format!("SELECT seq FROM delivery WHERE {SHIFTED}"))?;
    let rows = waiting.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let [ms, last, first] = bounds(ms);
    for row in rows {
        let sql = format!("{SHIFT} WHERE seq = ?4");
        on_row(tx, row, || tx.prepare_cached(&sql)?.execute([ms, last, first, row]))?;
    }
    Ok(())
}

/// A delivery that would wait longer than its policy allows was recorded with a clock that was ahead: it waits from
/// `now` on for its original duration.
fn bound(tx: &Writing<'_>, now: Timestamp) -> Result<(), StoreError> {
    let late = too_late(tx, millis(now))?;
    if late.is_empty() {
        return Ok(());
    }
    let sql = "UPDATE delivery SET due_at = ?2 WHERE seq = ?1";
    for Late { seq, wait_ms } in late {
        let due = millis(now).saturating_add(wait_ms).min(millis(Timestamp::MAX));
        on_row(tx, seq, || tx.prepare_cached(sql)?.execute([seq, due]))?;
    }
    tx.touched();
    steered(tx)
}

/// A delivery that waits for too long, and its original wait.
struct Late {
    seq: i64,
    wait_ms: i64,
}

/// Only deliveries due later than the shortest of all longest waits are examined, in index order, so that a long
/// queue costs nothing.
fn too_late(tx: &Transaction<'_>, now: i64) -> Result<Vec<Late>, StoreError> {
    let shortest = longest_wait(RetryPolicy::none(Backoff::Fixed), 1);
    let sql = "SELECT seq, due_at, attempts, retry_count, interval_s, timeout_ms, backoff
               FROM delivery INDEXED BY delivery_waiting
               WHERE state = 1 AND due_at > ?1 AND due_at <= ?2";
    let mut statement = tx.prepare_cached(sql)?;
    // Without a valid time they are made due by the search for due deliveries.
    let mut rows = statement.query([now.saturating_add(whole_ms(shortest)), millis(Timestamp::MAX)])?;
    let mut late = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, Ok(due_at)) = (row.get(0)?, get::<i64>(row, 1)) else { continue };
        let attempts = get(row, 2).unwrap_or(0);
        // Unreadable ones fail permanently when they are due, so they must become due.
        let policy = policy(row, 3).unwrap_or(RetryPolicy::none(Backoff::Fixed));
        let longest = whole_ms(longest_wait(policy, attempts));
        if due_at > now.saturating_add(longest) {
            let own = whole_ms(own_wait(policy, attempts));
            // A requested wait is measured from the attempt, by the same clock.
            let asked = ended_at(tx, seq, attempts)?.map_or(longest, |ended| due_at.saturating_sub(ended));
            late.push(Late { seq, wait_ms: asked.clamp(own, longest) });
        }
    }
    Ok(late)
}

/// When an attempt of a delivery ended.
fn ended_at(tx: &Transaction<'_>, seq: i64, n: u32) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT started_at + duration_ms FROM attempt WHERE key = ?1 << 10 | ?2";
    Ok(tx.prepare_cached(sql)?.query_row((seq, n), |row| Ok(get(row, 0).ok())).optional()?.flatten())
}

fn whole_ms(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}
