//! The parts of the log that a filter leaves, each walked in the order of acceptance.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Statement, Transaction};

use crate::profile::Choice as _;
use crate::record::{DeliveryState, LogPosition};
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::sqlite::log::details::SUMMARY;
use crate::storage::sqlite::queue::lane;
use crate::storage::sqlite::queue::pending::Pending;
use crate::storage::sqlite::rows::columns::state_number;

/// A part of the log that an index leads to, in the order of acceptance.
pub enum Range {
    All,
    /// In a state that is not queued.
    DeliveryState(DeliveryState),
    /// In such a state, and of one lane.
    Lane(DeliveryState, i64),
    /// Queued, and of one lane, whatever stands for its number.
    QueuedOf(Value),
    /// Queued, of many lanes, and before this position.
    QueuedBefore(LogPosition),
    /// The same from a position on. There what is newest is walked, whatever its state.
    QueuedFrom(LogPosition),
}

/// How the ranges are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// To their ends.
    Whole,
    /// From the newest on, until there is enough.
    Newest,
}

/// So many of the newest positions are walked where what is queued is of many lanes. Sorting all that is queued takes
/// half a second for half a million, and mostly enough of it is among these.
const NEWEST: i64 = 20_000;

/// So many lanes with something queued are walked one by one; where there are more, all that is queued is sorted.
const WALKED_LANES: usize = 64;

impl Range {
    /// The parts of the log that a filter leaves. Together they are all, and none is in two.
    pub fn of(tx: &Transaction<'_>, filter: &Filter, reading: Reading) -> Result<Vec<Self>, StoreError> {
        let states = filter.states();
        let Some(profile) = &filter.profile else {
            let all = states == DeliveryState::ALL;
            if all {
                return Ok(vec![Self::All]);
            }
            let mut ranges = Vec::new();
            for state in states {
                if state == DeliveryState::Queued {
                    ranges.extend(Self::queued(tx, filter, reading)?);
                } else {
                    ranges.push(Self::DeliveryState(state));
                }
            }
            return Ok(ranges);
        };
        let lanes = lane::of_profile(tx, profile)?;
        let each = |state| {
            lanes.iter().map(move |lane| match state {
                DeliveryState::Queued => Self::QueuedOf(Value::Integer(*lane)),
                state => Self::Lane(state, *lane),
            })
        };
        Ok(states.into_iter().flat_map(each).collect())
    }

    /// All that is queued.
    fn queued(tx: &Transaction<'_>, filter: &Filter, reading: Reading) -> Result<Vec<Self>, StoreError> {
        let mut ranges = Vec::new();
        let mut lane = Some(Value::Null);
        let mut next = tx.prepare_cached(Pending::Queued.lane_after())?;
        while let Some(at) = lane.take() {
            // Nothing compares with null: all others come after the least number.
            let after = if at == Value::Null { Value::Real(f64::NEG_INFINITY) } else { at.clone() };
            lane = next.query_row([after], |row| row.get(0)).optional()?;
            ranges.push(Self::QueuedOf(at));
            if ranges.len() > WALKED_LANES {
                return Self::queued_of_many(tx, filter, reading);
            }
        }
        Ok(ranges)
    }

    fn queued_of_many(
        tx: &Transaction<'_>,
        filter: &Filter,
        reading: Reading,
    ) -> Result<Vec<Self>, StoreError> {
        if reading == Reading::Whole {
            return Ok(vec![Self::QueuedBefore(LogPosition::END)]);
        }
        let sql = "SELECT coalesce(max(seq), 0) FROM delivery WHERE seq < ?1";
        let before = filter.before.unwrap_or(LogPosition::END).number();
        let last: i64 = tx.prepare_cached(sql)?.query_row([before], |row| row.get(0))?;
        let from = LogPosition::new(last.saturating_sub(NEWEST));
        Ok(vec![Self::QueuedFrom(from), Self::QueuedBefore(from)])
    }

    /// Whether all of it is older than a position.
    pub fn is_before(&self, at: LogPosition) -> bool {
        matches!(self, Self::QueuedBefore(before) if *before <= at)
    }

    /// Where it is, and which rows it has before one.
    pub fn source(&self) -> (&'static str, &'static str) {
        match self {
            Self::All => ("delivery", "seq < ?1"),
            Self::DeliveryState(_) => {
                ("delivery INDEXED BY delivery_by_state", "seq < ?1 AND state = ?2 AND state IS NOT 0")
            }
            Self::Lane(..) => (
                "delivery INDEXED BY delivery_by_lane",
                "seq < ?1 AND state = ?2 AND state IS NOT 0 AND lane = ?3",
            ),
            Self::QueuedOf(_) => {
                ("delivery INDEXED BY delivery_queued", "seq < ?1 AND state = 0 AND lane IS ?2")
            }
            Self::QueuedBefore(_) => ("delivery INDEXED BY delivery_queued", "seq < ?1 AND state = 0"),
            Self::QueuedFrom(_) => ("delivery NOT INDEXED", "seq < ?1 AND seq >= ?2 AND state = 0"),
        }
    }

    /// The rows with what a filter looks at; the request only where it does.
    pub fn select(&self, with_request: bool, most: usize) -> String {
        let (from, rows) = self.source();
        if matches!(self, Self::QueuedBefore(_)) {
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            // Only the numbers are sorted, and as many rows as may be looked at are read in that order.
            let sorted =
                format!("(SELECT seq AS place FROM {from} WHERE {rows} ORDER BY seq DESC LIMIT {most})");
            let from = format!("{sorted} CROSS JOIN delivery ON delivery.seq = place");
            return format!("SELECT {SUMMARY}, {}", looked_at(&from, with_request));
        }
        format!("SELECT {SUMMARY}, {} WHERE {rows} ORDER BY seq DESC", looked_at(from, with_request))
    }

    /// Its rows before this one.
    pub fn query<'s>(&self, statement: &'s mut Statement<'_>, before: LogPosition) -> Rows<'s> {
        let before = before.number();
        match self {
            Self::All => statement.query([before]),
            Self::QueuedBefore(end) => statement.query([before.min(end.number())]),
            Self::QueuedFrom(from) => statement.query((before, from.number())),
            Self::DeliveryState(state) => statement.query((before, state_number(*state))),
            Self::Lane(state, lane) => statement.query((before, state_number(*state), *lane)),
            Self::QueuedOf(lane) => statement.query((before, lane)),
        }
    }
}

type Rows<'s> = rusqlite::Result<rusqlite::Rows<'s>>;

/// What a filter looks at beyond [`SUMMARY`], and the tables that it is from.
pub fn looked_at(from: &str, with_request: bool) -> String {
    if with_request {
        format!("ended_at, url, vals FROM {from} LEFT JOIN request ON request.delivery = delivery.seq")
    } else {
        format!("ended_at, NULL, NULL FROM {from}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::log::status_filter::StateFilter;
    use crate::storage::sqlite::log::details::SEQ;

    /// A page of a million costs no more than one of a hundred: nothing is sorted, and each range is
    /// entered in its middle.
    #[test]
    fn each_range_is_walked_in_the_order_of_its_index() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        let failed = DeliveryState::Failed;
        let queued = Range::QueuedOf(Value::Integer(1));
        let newest = Range::QueuedFrom(LogPosition::FIRST);
        let ranges = [Range::All, Range::DeliveryState(failed), Range::Lane(failed, 1), queued, newest];
        for (range, with_request) in ranges.iter().flat_map(|range| [(range, false), (range, true)]) {
            let sql = range.select(with_request, 100);
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.starts_with("SEARCH delivery USING I"), "{plan}");
            assert!(
                plan.contains("seq<?") || plan.contains("rowid<?") || plan.contains("rowid>? AND rowid<?"),
                "{plan}"
            );
            while let Some(row) = rows.next().unwrap() {
                let step: String = row.get(3).unwrap();
                assert!(!step.contains("SORT") && !step.contains("B-TREE"), "{step}: {sql}");
            }
        }
    }

    /// As many lanes as are not walked one by one, with much queued in each.
    const QUEUED: &str = "WITH RECURSIVE lanes (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM lanes WHERE n < 100)
            INSERT INTO lane (profile_id, origin, by_hand) SELECT 'IN_' || n, 'https://hooks.example', 0 FROM lanes;
        WITH RECURSIVE rows (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM rows WHERE n < 60000)
            INSERT INTO delivery (seq, id, state, lane, kind, profile_title, was_tested, retry_count, interval_s,
                timeout_ms, backoff, attempts, due_at, accepted_at)
            SELECT n, randomblob(16), 0, n % 100 + 1, 'event', 'T', 0, 0, 1, 5000, 'fixed', 0, 1, 1 FROM rows;";

    /// The positions of what is queued before this one, as far as it is read.
    fn positions(tx: &Transaction<'_>, range: &Range, before: LogPosition) -> Vec<i64> {
        let mut statement = tx.prepare_cached(&range.select(false, 30_000)).unwrap();
        let rows = range.query(&mut statement, before).unwrap();
        rows.mapped(|row| row.get(SEQ)).map(Result::unwrap).collect()
    }

    #[test]
    fn what_is_queued_in_many_lanes_is_found_once_and_the_newest_first() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        db.execute_batch(QUEUED).unwrap();
        let tx = db.transaction().unwrap();
        for before in [LogPosition::END, LogPosition::new(50_001), LogPosition::new(101)] {
            let state = Some(StateFilter::Is(DeliveryState::Queued));
            let filter = Filter { state, before: Some(before), ..Filter::default() };
            let last = before.number().min(60_001) - 1;
            let ranges = Range::of(&tx, &filter, Reading::Newest).unwrap();
            let found: Vec<_> = ranges.iter().map(|range| positions(&tx, range, before)).collect();
            let expected: Vec<i64> = (1..=last).rev().take(50_001).collect();
            assert_eq!(found.concat()[..expected.len().min(50_001)], expected);
            let (from, older) = (last - NEWEST, LogPosition::new(last - NEWEST));
            assert_eq!(found[0].last().copied(), Some(from.max(1)));
            // So a page that ends among the newest needs no more.
            assert!(!ranges[0].is_before(older) && ranges[1].is_before(older));
            let whole = Range::of(&tx, &filter, Reading::Whole).unwrap();
            assert_eq!(whole.len(), 1);
        }
    }
}
