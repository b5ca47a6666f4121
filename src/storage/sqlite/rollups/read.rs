//! Rollups are added up, with what is not folded yet, in one state of the database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

use crate::profile::ProfileId;
use crate::storage::error::StoreError;
use crate::storage::rollups::mark_list;
use crate::storage::rollups::query::{RollupKey, RollupQuery, RollupSum};
use crate::storage::rollups::range::RollupStep;
use crate::storage::rollups::rollup::Rollup;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::rollups::fold;
use crate::storage::sqlite::rows::columns::{get, text, time};

/// Rollups of a time.
const OF_TIME: &str = "SELECT at, profile_id, counts FROM rollup WHERE step = ?1 AND at >= ?2 AND at < ?3";

/// The rollup of one profile and period.
const OF_PROFILE: &str =
    "SELECT at, profile_id, counts FROM rollup WHERE step = ?1 AND at = ?2 AND profile_id = ?3";

impl Store {
    /// As [`Rollups::rollups`](crate::storage::rollups::Rollups::rollups).
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn rollups(&self, query: RollupQuery) -> Result<BTreeMap<RollupKey, Rollup>, StoreError> {
        self.read(move |tx| sums(tx, query)).await
    }

    /// As [`Rollups::counted_since`](crate::storage::rollups::Rollups::counted_since).
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn counted_since(&self) -> Result<Timestamp, StoreError> {
        let read = |row: &Row<'_>| Ok(get(row, 0).and_then(time));
        let start = move |tx: &Transaction<'_>| {
            let sql = "SELECT max(at) FROM rollup_start";
            let at = tx.prepare_cached(sql)?.query_row([], read)?;
            at.map_err(|why| StoreError::unreadable("the start of the numbers", why))
        };
        self.read(start).await
    }

    /// As [`Rollups::pending_by_profile`](crate::storage::rollups::Rollups::pending_by_profile).
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn pending_by_profile(
        &self,
        profiles: Option<Vec<ProfileId>>,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read(move |tx| pending(tx, profiles.as_deref())).await
    }
}

fn sums(tx: &Transaction<'_>, query: RollupQuery) -> Result<BTreeMap<RollupKey, Rollup>, StoreError> {
    let (pieces, profiles) = (query.pieces(), query.profiles.clone());
    let mut sum = RollupSum::new(query);
    let mut of_time = tx.prepare_cached(OF_TIME)?;
    let mut of_profile = tx.prepare_cached(OF_PROFILE)?;
    for (step, piece) in pieces {
        match &profiles {
            None => {
                let mut rows = of_time.query(params![step.number(), piece.start, piece.end])?;
                while let Some(row) = rows.next()? {
                    add(&mut sum, step, row);
                }
            }
            // Few profiles: the rows of all others are passed.
            Some(profiles) => {
                for at in piece {
                    for id in profiles {
                        let mut rows = of_profile.query(params![step.number(), at, id.as_str()])?;
                        while let Some(row) = rows.next()? {
                            add(&mut sum, step, row);
                        }
                    }
                }
            }
        }
    }
    let mut changes = Vec::new();
    let mut select = tx.prepare_cached("SELECT marks FROM rollup_change")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let marks: Vec<u8> = get(row, 0).unwrap_or_default();
        mark_list::each(&marks, |lane, mark, times| changes.push((lane, mark, times)));
    }
    let mut lanes: Vec<i64> = changes.iter().map(|(lane, ..)| *lane).collect();
    lanes.sort_unstable();
    lanes.dedup();
    let profiles = fold::profiles(tx, &lanes)?;
    for (lane, mark, times) in changes {
        sum.add_mark(profiles.get(&lane).map_or("", String::as_str), mark, times);
    }
    Ok(sum.finish())
}

/// Adds a row, unless it cannot be read.
fn add(sum: &mut RollupSum, step: RollupStep, row: &Row<'_>) {
    if let (Ok(at), Ok(id), Ok(counts)) = (get(row, 0), text(row, 1), row.get_ref(2))
        && let Ok(counts) = counts.as_blob()
    {
        sum.add((step, at), id, counts);
    }
}

/// Deliveries that are pending, by lane: two indexes, no row of a delivery.
const PENDING: &str = "
SELECT lane, count(*) FROM queued GROUP BY lane
UNION ALL
SELECT lane, count(*) FROM delivery INDEXED BY delivery_waiting_by_lane WHERE state = 1 GROUP BY lane";

fn pending(tx: &Transaction<'_>, of: Option<&[ProfileId]>) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut by_lane: Vec<(i64, u64)> = Vec::new();
    let mut select = tx.prepare_cached(PENDING)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        // A lane that cannot be read is of no profile.
        let n = u64::try_from(get::<i64>(row, 1).unwrap_or(0)).unwrap_or(0);
        by_lane.push((get(row, 0).unwrap_or(0), n));
    }
    let lanes: Vec<i64> = by_lane.iter().map(|(lane, _)| *lane).collect();
    let profiles = fold::profiles(tx, &lanes)?;
    let mut found = BTreeMap::new();
    for (lane, n) in by_lane {
        let id = profiles.get(&lane).map_or("", String::as_str);
        if of.is_none_or(|of| of.iter().any(|profile| profile.as_str() == id)) {
            let count: &mut u64 = found.entry(id.to_owned()).or_default();
            *count = count.saturating_add(n);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_scanned_but_what_is_meant() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        for (sql, expected) in [
            (OF_TIME, "SEARCH rollup USING PRIMARY KEY (step=? AND at>? AND at<?)"),
            (OF_PROFILE, "SEARCH rollup USING PRIMARY KEY (step=? AND at=? AND profile_id=?)"),
        ] {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let plan: String = statement.raw_query().next().unwrap().unwrap().get(3).unwrap();
            assert_eq!(plan, expected);
        }
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {PENDING}")).unwrap();
        let mut rows = statement.raw_query();
        let mut plan = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            plan.push(row.get::<_, String>(3).unwrap());
        }
        assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{plan:?}");
        assert!(plan.iter().any(|step| step.contains("delivery USING COVERING INDEX")), "{plan:?}");
    }
}
