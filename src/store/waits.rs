//! The times of what waits, where the clock was set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction};

use crate::delivery::{longest_wait, own_wait};
use crate::profile::{Backoff, RetryPolicy};

use super::columns::millis;
use super::error::StoreError;
use super::job::policy;
use super::revision::steered;
use super::tally::Writing;

/// Moves the times of all that waits by this much; after that nothing waits longer from `now` than its
/// policy allows.
pub(super) fn shift(tx: &Writing<'_>, by: SignedDuration, now: Timestamp) -> Result<(), StoreError> {
    let ms = i64::try_from(by.as_millis()).unwrap_or(0);
    if ms != 0 {
        // Never beyond the times that there are: such a row could not be read.
        let sql = "UPDATE delivery SET due_at = max(min(due_at + ?1, ?2), ?3) WHERE state = 1";
        tx.execute(sql, [ms, millis(Timestamp::MAX), millis(Timestamp::MIN)])?;
        tx.touched();
        steered(tx)?;
    }
    bound(tx, now)
}

/// What would wait longer than its policy allows was recorded by a clock that was ahead: it waits from
/// `now` on for as long as it had to.
fn bound(tx: &Writing<'_>, now: Timestamp) -> Result<(), StoreError> {
    let late = too_late(tx, millis(now))?;
    if late.is_empty() {
        return Ok(());
    }
    let mut statement = tx.prepare_cached("UPDATE delivery SET due_at = ?2 WHERE seq = ?1")?;
    for Late { seq, wait_ms } in late {
        let due = millis(now).saturating_add(wait_ms).min(millis(Timestamp::MAX));
        statement.execute([seq, due])?;
    }
    tx.touched();
    steered(tx)
}

/// A delivery that waits for too long, and how long it had to wait.
struct Late {
    seq: i64,
    wait_ms: i64,
}

/// Only what is due later than the shortest of all longest waits is looked at, in the order of the
/// index, so that a long queue costs nothing.
fn too_late(tx: &Transaction<'_>, now: i64) -> Result<Vec<Late>, StoreError> {
    let shortest = longest_wait(RetryPolicy::none(Backoff::Fixed), 1);
    let sql = "SELECT seq, due_at, attempts, retry_count, interval_s, timeout_ms, backoff
               FROM delivery INDEXED BY delivery_waiting
               WHERE state = 1 AND due_at > ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query([now.saturating_add(whole_ms(shortest))])?;
    let mut late = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, due_at, attempts) = (row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?);
        // What cannot be read is failed for good when its time comes, which must come.
        let policy = policy(row, 3).unwrap_or(RetryPolicy::none(Backoff::Fixed));
        let longest = whole_ms(longest_wait(policy, attempts));
        if due_at > now.saturating_add(longest) {
            let own = whole_ms(own_wait(policy, attempts));
            // A wait that was asked for is told from the attempt, by the same clock.
            let asked = ended_at(tx, seq, attempts)?.map_or(longest, |ended| due_at.saturating_sub(ended));
            late.push(Late { seq, wait_ms: asked.clamp(own, longest) });
        }
    }
    Ok(late)
}

/// When an attempt of a delivery ended.
fn ended_at(tx: &Transaction<'_>, seq: i64, n: u32) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT started_at + duration_ms FROM attempt WHERE key = ?1 << 10 | ?2";
    Ok(tx.prepare_cached(sql)?.query_row((seq, n), |row| row.get(0)).optional()?)
}

fn whole_ms(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}
