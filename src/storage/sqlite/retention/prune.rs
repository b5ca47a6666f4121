//! Retention: ended deliveries are removed by age and by number, oldest first, a few rows at a time. Pending ones are
//! never removed.

use jiff::Timestamp;
use rusqlite::{Row, Transaction};

use crate::record::{DeliveryId, DeliveryState, LogPosition};
use crate::storage::error::StoreError;
use crate::storage::retention::policy::{MOST_ROWS, Removed, RetentionPolicy};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::engine::state_counts::Writing;
use crate::storage::sqlite::feed::prune as feed;
use crate::storage::sqlite::rows::columns::{delivery_id, get, millis};
use crate::storage::sqlite::rows::outcome::{ENDED_AT, IS_IN_QUEUED, with_outcome};
use crate::storage::sqlite::rows::state;

/// How many deliveries one query examines.
const LOOKED_AT: usize = 1000;

/// The next outdated ones, and where to continue.
#[derive(Debug, Default)]
struct Outdated {
    rows: Vec<i64>,
    removed: Removed,
    /// The last row examined; none if no more can be outdated.
    next: Option<LogPosition>,
}

impl Store {
    /// Removes the next deliveries that are outdated at `now`, from `after` on. Returns the removed deliveries, and
    /// where to continue; none when done.
    ///
    /// # Errors
    /// The file cannot be read or written; then nothing of this was removed.
    pub async fn prune_next(
        &self,
        keep: RetentionPolicy,
        now: Timestamp,
        after: Option<LogPosition>,
    ) -> Result<(Removed, Option<LogPosition>), StoreError> {
        let found = self.read(move |tx| outdated(tx, keep, now, after, 0)).await?;
        if found.rows.is_empty() {
            return Ok((Removed::default(), found.next));
        }
        let Outdated { rows, removed, next } = found;
        let cutoff = millis(keep.cutoff(now));
        let gone = self.write(move |tx| {
            let gone = remove_rows(tx, &rows)?;
            feed::prune(tx, cutoff)?;
            Ok(gone)
        });
        let gone = gone.await?;
        Ok((Removed { deliveries: gone, ..removed }, next))
    }

    /// The deliveries that would be removed now. Nothing is removed.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn outdated(&self, keep: RetentionPolicy, now: Timestamp) -> Result<Removed, StoreError> {
        let (mut all, mut after) = (Removed::default(), None);
        loop {
            let found = self.read(move |tx| outdated(tx, keep, now, after, all.deliveries)).await?;
            all.add(found.removed);
            after = found.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }
}

/// Removes a delivery that has ended, including its attempts. Returns whether it existed.
pub fn remove(tx: &Writing<'_>, id: DeliveryId) -> Result<bool, StoreError> {
    match state::of(tx, id)? {
        Some((row, _)) => Ok(remove_rows(tx, &[row])? > 0),
        None => Ok(false),
    }
}

/// The same by their rows, readable or not. Pending deliveries are kept. Returns how many existed.
fn remove_rows(tx: &Writing<'_>, rows: &[i64]) -> Result<u64, StoreError> {
    let (mut gone, mut stateless) = (0, Vec::new());
    for row in rows {
        let mut state = state::of_row(tx, *row)?;
        if state == Some(DeliveryState::Queued) && !is_in_queue(tx, *row)? {
            state = None;
        }
        if state.is_some_and(DeliveryState::is_pending) {
            continue;
        }
        let removed = tx.prepare_cached("DELETE FROM delivery WHERE seq = ?1")?.execute([row])?;
        match state {
            Some(state) => tx.went(state),
            None if removed > 0 => stateless.push(*row),
            None => {}
        }
        gone += u64::from(removed > 0);
    }
    if !stateless.is_empty() {
        // They may be in other lanes than their rows say.
        let rows = serde_json::Value::from(stateless).to_string();
        tx.execute("DELETE FROM delivered WHERE seq IN (SELECT value FROM json_each(?1))", [rows])?;
        tx.recount();
    }
    Ok(gone)
}

/// Whether a delivery is in the queue of its lane. One that should be and is not will never be sent.
fn is_in_queue(tx: &Transaction<'_>, row: i64) -> Result<bool, StoreError> {
    let sql = format!("SELECT 1 FROM delivery WHERE seq = ?1 AND {IS_IN_QUEUED}");
    Ok(tx.prepare_cached(&sql)?.exists([row])?)
}

/// A delivery, as if it had ended.
struct Ended {
    row: i64,
    /// When it was accepted, according to its id; none if that cannot be read.
    made_at: Option<i64>,
    attempts: u32,
    /// When it ended, in milliseconds.
    end: i64,
}

impl Ended {
    /// No invalid value may keep a row, and all later ones, in the log for ever.
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let made_at = delivery_id(row, 1).ok().map(|id| millis(id.made_at()));
        Ok(Self {
            row: row.get(0)?,
            made_at,
            attempts: get(row, 2).unwrap_or(0),
            end: get(row, 3).unwrap_or(made_at.unwrap_or(i64::MIN)),
        })
    }
}

/// Visits deliveries, oldest first; those in `counted` are treated as removed.
fn outdated(
    tx: &Transaction<'_>,
    keep: RetentionPolicy,
    now: Timestamp,
    after: Option<LogPosition>,
    counted: u64,
) -> Result<Outdated, StoreError> {
    let cutoff = keep.cutoff(now);
    let there = ended(tx)?.saturating_add(count_stateless(tx)?);
    let surplus = if keep.deliveries == 0 { 0 } else { there.saturating_sub(keep.deliveries) };
    let mut surplus = surplus.saturating_sub(counted);
    let mut found = Outdated { next: after, ..Outdated::default() };
    let mut rows = 0;
    let mut oldest = tx.prepare_cached(&oldest())?;
    let mut walked = oldest.query([after.unwrap_or(LogPosition::FIRST).number()])?;
    while let Some(at) = walked.next()? {
        let (row, is_pending) = (Ended::read(at)?, at.get::<_, bool>(4)?);
        // Nothing ends before it is created, so from here on everything is young enough, except deliveries accepted
        // with a clock that was behind.
        if surplus == 0 && row.made_at >= Some(millis(cutoff)) {
            let next = next_made_before(tx, cutoff, row.row)?;
            return Ok(Outdated { next, ..found });
        }
        let goes = surplus > 0 || row.end < millis(cutoff);
        if goes && !is_pending {
            rows += 1 + u64::from(row.attempts);
            if rows > MOST_ROWS && !found.rows.is_empty() {
                return Ok(found);
            }
            surplus = surplus.saturating_sub(1);
            found.rows.push(row.row);
            found.removed.add(Removed { deliveries: 1, attempts: u64::from(row.attempts) });
        }
        found.next = Some(LogPosition::new(row.row));
    }
    if found.next == after {
        found.next = None;
    }
    Ok(found)
}

/// The position before the next row that was created before this time. Few are that old, since ended ones are
/// removed.
fn next_made_before(
    tx: &Transaction<'_>,
    time: Timestamp,
    row: i64,
) -> Result<Option<LogPosition>, StoreError> {
    let sql =
        "SELECT min(seq) FROM delivery INDEXED BY sqlite_autoindex_delivery_1 WHERE id < ?1 AND seq > ?2";
    let first = DeliveryId::first_at(time).bytes();
    let next: Option<i64> = tx.prepare_cached(sql)?.query_row((first, row), |row| row.get(0))?;
    Ok(next.map(|seq| LogPosition::new(seq.saturating_sub(1))))
}

/// How many deliveries have ended.
fn ended(tx: &Transaction<'_>) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(coalesce(sum(n), 0) AS INTEGER) FROM tally WHERE state >= 2";
    let n: i64 = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// The next deliveries, oldest first, in the order of acceptance: the columns of [`Ended::read`], and whether it is
/// pending. Those in an invalid state have ended: nobody will ever send them.
fn oldest() -> String {
    format!(
        "SELECT delivery.seq, id, iif(delivered.seq IS NULL, attempts, max(attempts, 1)),
             coalesce({ENDED_AT}, accepted_at), state IS 1 OR {IS_IN_QUEUED}
         FROM {} WHERE delivery.seq > ?1 ORDER BY delivery.seq LIMIT {LOOKED_AT}",
        with_outcome("delivery")
    )
}

/// Invalid states. Null with a parameter, since `SQLite` knows without reading that a NOT NULL column has no nulls.
const STATELESS: [(&str, Option<i64>); 7] = [
    ("IS ?1", None),
    ("< ?1", Some(0)),
    ("> 0 AND state < ?1", Some(1)),
    ("> 1 AND state < ?1", Some(2)),
    ("> 2 AND state < ?1", Some(3)),
    ("> 3 AND state < ?1", Some(4)),
    ("> ?1", Some(4)),
];

/// How many are in an invalid state.
fn count_stateless(tx: &Transaction<'_>) -> Result<u64, StoreError> {
    let mut all = 0;
    for (bound, value) in STATELESS {
        let sql = format!(
            "SELECT count(*) FROM delivery INDEXED BY delivery_by_state
             WHERE state {bound} AND state IS NOT 0"
        );
        let n: i64 = tx.prepare_cached(&sql)?.query_row([value], |row| row.get(0))?;
        all += u64::try_from(n).unwrap_or(0);
    }
    Ok(all)
}
