//! How much is blocked, and whether anything else is pending: waiting for an end must not include blocked deliveries.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::profile::ProfileId;
use crate::record::RunRange;
use crate::storage::control::block::Blocks;
use crate::storage::control::blocked_counts::BlockedCounts;
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::control::pause::{self, BlockedProfiles};
use crate::storage::sqlite::rows::columns::get;

/// Queued deliveries, by lane.
pub const QUEUED: &str = "queued WHERE 1";
/// Waiting deliveries, by lane.
pub const WAITING: &str = "delivery INDEXED BY delivery_by_lane WHERE state = 1 AND state IS NOT 0";
const PENDING: [&str; 2] = [QUEUED, WAITING];

/// The next lane with something of one state.
fn lane_after(pending: &str) -> String {
    format!("SELECT lane FROM {pending} AND lane > ?1 ORDER BY lane LIMIT 1")
}

/// The deliveries of one lane in a state, between two positions, and of one run if given.
fn of_lane(what: &str, pending: &str) -> String {
    format!(
        "SELECT {what} FROM {pending} AND lane = ?1 AND seq >= ?2 AND seq < ?3 AND (?4 IS NULL OR run_id = ?4)"
    )
}

impl Store {
    /// Whether any pending delivery is not blocked; of all, or of a range. Without a block it takes no time, and is
    /// always true for a range.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn is_moving(&self, within: Option<RunRange>) -> Result<bool, StoreError> {
        self.read(move |tx| {
            let closed = BlockedProfiles::read(tx)?;
            if closed.is_empty() {
                return Ok(within.is_some() || is_any_pending(tx)?);
            }
            for state in PENDING {
                if has_odd_lane(tx, state)? {
                    return Ok(true);
                }
                for Lane { number, profile, manual } in lanes(tx, state)? {
                    if !closed.blocks(&profile, manual)? && has_any(tx, state, number, within)? {
                        return Ok(true);
                    }
                }
            }
            Ok(false)
        })
        .await
    }

    /// The blocked deliveries: all, or those of a range. Takes time for each of them.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn blocked(&self, within: Option<RunRange>) -> Result<BlockedCounts, StoreError> {
        self.read(move |tx| all(tx, within)).await
    }

    /// How many events of a profile are pending. Takes time for each.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn pending_events(&self, profile: &ProfileId) -> Result<u64, StoreError> {
        let profile = profile.clone();
        self.read(move |tx| pending_events(tx, &profile)).await
    }
}

/// As [`Store::pending_events`].
pub fn pending_events(tx: &Transaction<'_>, profile: &ProfileId) -> Result<u64, StoreError> {
    let mut lanes = tx.prepare_cached("SELECT seq FROM lane WHERE profile_id = ?1 AND by_hand = 0")?;
    let mut lanes = lanes.query([profile.as_str()])?;
    let mut sum = 0;
    while let Some(lane) = lanes.next()? {
        let lane = lane.get(0)?;
        for state in PENDING {
            sum += count(tx, state, lane, None)?;
        }
    }
    Ok(sum)
}

/// As [`Store::blocked`].
pub fn all(tx: &Transaction<'_>, within: Option<RunRange>) -> Result<BlockedCounts, StoreError> {
    let by = pause::all(tx)?;
    let mut found = BlockedCounts::default();
    if by.is_empty() {
        return Ok(found);
    }
    let blocks: Blocks = by.iter().cloned().collect();
    let mut blocking = Vec::new();
    for state in PENDING {
        for Lane { number, profile, manual } in lanes(tx, state)? {
            let why = ProfileId::parse(&profile).map_or(blocks.all(), |profile| blocks.of_events(&profile));
            let Some(why) = why.filter(|_| !manual) else { continue };
            let n = count(tx, state, number, within)?;
            if n > 0 && !blocking.contains(&why) {
                blocking.push(why);
            }
            *(if state == PENDING[0] { &mut found.queued } else { &mut found.waiting }) += n;
        }
    }
    found.by = by.iter().filter(|block| blocking.contains(block)).cloned().collect();
    Ok(found)
}

/// Whether anything is pending, according to the deliveries themselves.
fn is_any_pending(tx: &Transaction<'_>) -> Result<bool, StoreError> {
    for pending in PENDING {
        if tx.prepare_cached(&format!("SELECT 1 FROM {pending}"))?.exists([])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A lane with something pending.
pub struct Lane {
    /// Its number.
    pub number: i64,
    /// Its profile; empty if invalid, in which case it is not blocked: the sender fails its deliveries.
    pub profile: String,
    /// Its deliveries are manual.
    pub manual: bool,
}

/// The lanes with something of this state.
pub fn lanes(tx: &Transaction<'_>, state: &str) -> Result<Vec<Lane>, StoreError> {
    let mut found = Vec::new();
    // Before all numbers.
    let mut after = Value::Real(f64::NEG_INFINITY);
    let mut next = tx.prepare_cached(&lane_after(state))?;
    let mut whose = tx.prepare_cached("SELECT profile_id, by_hand FROM lane WHERE seq = ?1")?;
    while let Some(Value::Integer(lane)) = next.query_row([&after], |row| row.get(0)).optional()? {
        let read = |row: &Row<'_>| Ok((get(row, 0), get(row, 1)));
        let (profile, manual) = match whose.query_row([lane], read).optional()? {
            Some((Ok(profile), Ok(manual))) => (profile, manual),
            _ => (String::new(), false),
        };
        found.push(Lane { number: lane, profile, manual });
        after = Value::Integer(lane);
    }
    Ok(found)
}

/// Whether something of this state is in a lane that is not a number.
fn has_odd_lane(tx: &Transaction<'_>, state: &str) -> Result<bool, StoreError> {
    let beyond = format!("SELECT 1 FROM {state} AND lane > ?1");
    let none = format!("SELECT 1 FROM {state} AND lane IS ?1");
    Ok(tx.prepare_cached(&beyond)?.exists([i64::MAX])? || tx.prepare_cached(&none)?.exists([Value::Null])?)
}

/// From this row to before that one, and the run.
type Bounds = (i64, i64, Option<i64>);

fn bounds(within: Option<RunRange>) -> Bounds {
    match within {
        Some(RunRange { run, from, to }) => (from.number(), to.number(), Some(run.number())),
        None => (i64::MIN, i64::MAX, None),
    }
}

fn has_any(
    tx: &Transaction<'_>,
    state: &str,
    lane: i64,
    within: Option<RunRange>,
) -> Result<bool, StoreError> {
    let (from, to, run) = bounds(within);
    let sql = of_lane("1", state);
    Ok(tx.prepare_cached(&sql)?.exists((lane, from, to, run))?)
}

fn count(tx: &Transaction<'_>, state: &str, lane: i64, within: Option<RunRange>) -> Result<u64, StoreError> {
    let (from, to, run) = bounds(within);
    let sql = of_lane("count(*)", state);
    let n: i64 = tx.prepare_cached(&sql)?.query_row((lane, from, to, run), |row| row.get(0))?;
    Ok(u64::try_from(n).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_read_for_it() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        for sql in PENDING.iter().flat_map(|pending| [lane_after(pending), of_lane("count(*)", pending)]) {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let plan: String = statement.raw_query().next().unwrap().unwrap().get(3).unwrap();
            let of_queued = plan.starts_with("SEARCH queued USING PRIMARY KEY (lane");
            assert!(of_queued || plan.starts_with("SEARCH delivery USING COVERING INDEX"), "{plan}");
        }
    }
}
