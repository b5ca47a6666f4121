//! The parts of the log that a filter leaves, each walked in the order of acceptance.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Statement, Transaction};

use crate::profile::Choice as _;
use crate::record::{BulkId, DeliveryState, LogPosition, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::sqlite::log::summary_row::SUMMARY;
use crate::storage::sqlite::queue::lane;
use crate::storage::sqlite::rows::columns::state_number;
use crate::storage::sqlite::rows::outcome::with_outcome;

/// A part of the log that an index leads to, in the order of acceptance.
pub enum Range {
    All,
    /// Of a bulk action, whatever their profiles and states.
    Bulk(BulkId),
    /// In a state, according to the rows. Of those delivered only some have that state: see [`LaneTable`].
    DeliveryState(DeliveryState),
    /// In such a state, and of one lane.
    Lane(DeliveryState, i64),
    /// In a table by lane, and of one lane, whatever the value of its number.
    Of(LaneTable, Value),
    /// In a table by lane, of many lanes, and before this position.
    Before(LaneTable, LogPosition),
    /// In such a table, from a position on and before another. All deliveries there are walked, whatever their state.
    Within(LaneTable, LogPosition, LogPosition),
}

/// The two tables by lane: most deliveries only move from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneTable {
    /// What is queued.
    Queued,
    /// What was delivered at its first attempt.
    Delivered,
}

impl LaneTable {
    /// The table.
    const fn table(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
        }
    }

    /// Which deliveries are in it, where the table `delivered` is joined.
    const fn is_in(self) -> &'static str {
        match self {
            Self::Queued => "delivery.state = 0 AND delivered.seq IS NULL",
            Self::Delivered => "delivered.seq IS NOT NULL",
        }
    }

    /// So many lanes are walked one by one; where there are more, all of it is walked or sorted. The rows of a lane are
    /// far from one another in a long log.
    const fn walked_lanes(self) -> usize {
        match self {
            Self::Queued => 64,
            Self::Delivered => 8,
        }
    }

    /// The next lane with something in it.
    fn lane_after(self) -> String {
        format!("SELECT lane FROM {} WHERE lane > ?1 ORDER BY lane LIMIT 1", self.table())
    }
}

/// How the ranges are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// To their ends.
    Whole,
    /// From the newest on, until there is enough.
    Newest,
}

/// So many positions from the newest in a table on are walked where it has many lanes. Sorting all of it takes a fifth
/// of a second for a million, and mostly enough of it is among these.
const NEWEST: i64 = 20_000;

/// Up to this many lanes, the newest of each is looked up; with more, the walk starts at the newest of all.
const SEARCHED_LANES: usize = 2048;

impl Range {
    /// The parts of the log that a filter leaves. Together they are all, and none is in two.
    pub fn of(tx: &Transaction<'_>, filter: &Filter, reading: Reading) -> Result<Vec<Self>, StoreError> {
        let states = filter.states();
        if let Some(bulk) = filter.bulk {
            return Ok(vec![Self::Bulk(bulk)]);
        }
        if let Some(profile) = filter.only_profile() {
            let lanes = lane::of_profile(tx, &profile)?;
            return Ok(states.into_iter().flat_map(|state| Self::of_lanes(state, &lanes)).collect());
        }
        if states == DeliveryState::ALL {
            return Ok(vec![Self::All]);
        }
        let mut ranges = Vec::new();
        for state in states {
            match state {
                DeliveryState::Queued => {
                    ranges.extend(Self::of_table(tx, LaneTable::Queued, filter, reading)?);
                }
                DeliveryState::Delivered => {
                    ranges.push(Self::DeliveryState(state));
                    ranges.extend(Self::of_table(tx, LaneTable::Delivered, filter, reading)?);
                }
                _ => ranges.push(Self::DeliveryState(state)),
            }
        }
        Ok(ranges)
    }

    /// All in a state, and of one of these lanes.
    pub fn of_lanes(state: DeliveryState, lanes: &[i64]) -> Vec<Self> {
        let each = |lane: &i64| match state {
            DeliveryState::Queued => vec![Self::Of(LaneTable::Queued, Value::Integer(*lane))],
            DeliveryState::Delivered => {
                vec![Self::Lane(state, *lane), Self::Of(LaneTable::Delivered, Value::Integer(*lane))]
            }
            _ => vec![Self::Lane(state, *lane)],
        };
        lanes.iter().flat_map(each).collect()
    }

    /// All of a table.
    fn of_table(
        tx: &Transaction<'_>,
        table: LaneTable,
        filter: &Filter,
        reading: Reading,
    ) -> Result<Vec<Self>, StoreError> {
        let mut ranges = Vec::new();
        let mut lane = Some(Value::Null);
        let mut next = tx.prepare_cached(&table.lane_after())?;
        while let Some(at) = lane.take() {
            // Nothing compares with null: all others come after the least number.
            let after = if at == Value::Null { Value::Real(f64::NEG_INFINITY) } else { at.clone() };
            lane = next.query_row([after], |row| row.get(0)).optional()?;
            ranges.push(Self::Of(table, at));
            if ranges.len() > table.walked_lanes() {
                return Self::of_many_lanes(tx, table, filter, reading);
            }
        }
        Ok(ranges)
    }

    fn of_many_lanes(
        tx: &Transaction<'_>,
        table: LaneTable,
        filter: &Filter,
        reading: Reading,
    ) -> Result<Vec<Self>, StoreError> {
        let rest = |before| -> Result<Self, StoreError> {
            // Walking costs time for each that is not in the table, and sorting, page by page, for each that is.
            let walks = table == LaneTable::Delivered && are_most_delivered(tx)?;
            Ok(if walks {
                Self::Within(table, LogPosition::FIRST, before)
            } else {
                Self::Before(table, before)
            })
        };
        if reading == Reading::Whole {
            return Ok(vec![rest(LogPosition::END)?]);
        }
        let newest = newest(tx, table, filter.before.unwrap_or(LogPosition::END))?;
        let from = LogPosition::new(newest.number().saturating_sub(NEWEST));
        Ok(vec![Self::Within(table, from, newest.after()), rest(from)?])
    }

    /// Whether its rows are of any profile and in any state, whatever the filter says.
    pub fn is_mixed(&self) -> bool {
        matches!(self, Self::Bulk(_))
    }

    /// Whether a row of it is of the profile and in a state that the filter leaves.
    pub fn is_of(&self, filter: &Filter, row: &Summary) -> bool {
        !self.is_mixed() || filter.fits_profile_and_state(row)
    }

    /// Whether all of it is older than a position.
    pub fn is_before(&self, at: LogPosition) -> bool {
        matches!(self, Self::Before(_, before) | Self::Within(_, _, before) if *before <= at)
    }

    /// Where it is, and which rows it has before one.
    fn source(&self) -> (String, String) {
        let of_rows = |deliveries: &str| with_outcome(deliveries);
        match self {
            Self::All => (of_rows("delivery"), "delivery.seq < ?1".to_owned()),
            Self::Bulk(_) => (
                of_rows("bulk_member AS entry CROSS JOIN delivery ON delivery.seq = entry.seq"),
                "entry.seq < ?1 AND entry.bulk = ?2".to_owned(),
            ),
            Self::DeliveryState(_) => (
                of_rows("delivery INDEXED BY delivery_by_state"),
                "delivery.seq < ?1 AND state = ?2 AND state IS NOT 0".to_owned(),
            ),
            Self::Lane(..) => (
                of_rows("delivery INDEXED BY delivery_by_lane"),
                "delivery.seq < ?1 AND state = ?2 AND state IS NOT 0 AND delivery.lane = ?3".to_owned(),
            ),
            Self::Of(table, _) => (
                of_rows(&format!(
                    "{} AS entry CROSS JOIN delivery ON delivery.seq = entry.seq",
                    table.table()
                )),
                format!("entry.seq < ?1 AND entry.lane IS ?2 AND {}", table.is_in()),
            ),
            Self::Before(table, _) => (table.table().to_owned(), "seq < ?1".to_owned()),
            Self::Within(table, ..) => (
                of_rows("delivery NOT INDEXED"),
                format!("delivery.seq < ?1 AND delivery.seq >= ?2 AND {}", table.is_in()),
            ),
        }
    }

    /// Counts its rows before one, from an index if there is one.
    pub fn count(&self) -> String {
        format!("SELECT count(*) {}", self.counted())
    }

    /// Counts them up to this number.
    pub fn count_up_to(&self, most: usize) -> String {
        format!("SELECT count(*) FROM (SELECT 1 {} LIMIT {most})", self.counted())
    }

    /// Where its rows before one are counted.
    fn counted(&self) -> String {
        match self {
            Self::DeliveryState(_) => "FROM delivery INDEXED BY delivery_by_state
                 WHERE seq < ?1 AND state = ?2 AND state IS NOT 0"
                .to_owned(),
            Self::Lane(..) => "FROM delivery INDEXED BY delivery_by_lane
                 WHERE seq < ?1 AND state = ?2 AND state IS NOT 0 AND lane = ?3"
                .to_owned(),
            Self::Of(table, _) => format!("FROM {} WHERE seq < ?1 AND lane IS ?2", table.table()),
            Self::Within(table, ..) => format!("FROM {} WHERE seq < ?1 AND seq >= ?2", table.table()),
            Self::All => "FROM delivery WHERE seq < ?1".to_owned(),
            Self::Bulk(_) => "FROM bulk_member WHERE seq < ?1 AND bulk = ?2".to_owned(),
            Self::Before(table, _) => format!("FROM {} WHERE seq < ?1", table.table()),
        }
    }

    /// The rows with what a filter looks at; the request only where it does.
    pub fn select(&self, with_request: bool, most: usize) -> String {
        let (from, rows) = self.source();
        let sorted = match self {
            Self::Before(..) => {
                let most = i64::try_from(most).unwrap_or(i64::MAX);
                // Only the numbers are sorted, and as many rows as may be looked at are read in that order.
                let sorted =
                    format!("(SELECT seq AS place FROM {from} WHERE {rows} ORDER BY seq DESC LIMIT {most})");
                let from = with_outcome(&format!("{sorted} CROSS JOIN delivery ON delivery.seq = place"));
                return format!("SELECT {SUMMARY}, {}", looked_at(&from, with_request));
            }
            Self::Of(..) | Self::Bulk(_) => "entry.seq",
            _ => "delivery.seq",
        };
        format!("SELECT {SUMMARY}, {} WHERE {rows} ORDER BY {sorted} DESC", looked_at(&from, with_request))
    }

    /// Its rows before this one.
    pub fn query<'s>(&self, statement: &'s mut Statement<'_>, before: LogPosition) -> Rows<'s> {
        let before = before.number();
        match self {
            Self::All => statement.query([before]),
            Self::Bulk(bulk) => statement.query((before, bulk.number())),
            Self::Before(_, end) => statement.query([before.min(end.number())]),
            Self::Within(_, from, end) => statement.query((before.min(end.number()), from.number())),
            Self::DeliveryState(state) => statement.query((before, state_number(*state))),
            Self::Lane(state, lane) => statement.query((before, state_number(*state), *lane)),
            Self::Of(_, lane) => statement.query((before, lane)),
        }
    }
}

/// The newest position of a table before one, or a later one.
fn newest(tx: &Transaction<'_>, table: LaneTable, before: LogPosition) -> Result<LogPosition, StoreError> {
    let mut next = tx.prepare_cached(&table.lane_after())?;
    let of_lane = format!("SELECT max(seq) FROM {} WHERE lane = ?1 AND seq < ?2", table.table());
    let mut of_lane = tx.prepare_cached(&of_lane)?;
    let (mut lane, mut newest) = (Value::Real(f64::NEG_INFINITY), None);
    for _ in 0..SEARCHED_LANES {
        let Some(at) = next.query_row([&lane], |row| row.get(0)).optional()? else {
            return Ok(newest.map_or(LogPosition::FIRST, LogPosition::new));
        };
        newest = newest.max(of_lane.query_row((&at, before.number()), |row| row.get::<_, Option<i64>>(0))?);
        lane = at;
    }
    let sql = "SELECT coalesce(max(seq), 0) FROM delivery WHERE seq < ?1";
    Ok(LogPosition::new(tx.prepare_cached(sql)?.query_row([before.number()], |row| row.get(0))?))
}

/// Whether more deliveries were delivered than not, by their counts.
fn are_most_delivered(tx: &Transaction<'_>) -> Result<bool, StoreError> {
    let sql = "SELECT coalesce(sum(iif(state = 2, n, -n)), 0) > 0 FROM tally";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

type Rows<'s> = rusqlite::Result<rusqlite::Rows<'s>>;

/// What a filter looks at beyond [`SUMMARY`], and the tables that it is from: rows of [`with_outcome`], and the
/// request.
pub fn looked_at(from: &str, with_request: bool) -> String {
    if with_request {
        format!("url, vals FROM {from} LEFT JOIN request ON request.delivery = delivery.seq")
    } else {
        format!("NULL, NULL FROM {from}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::log::status_filter::StateFilter;
    use crate::storage::sqlite::log::summary_row::SEQ;

    /// A page of a million costs as much as one of a hundred: nothing is sorted, and each range is
    /// entered in its middle.
    #[test]
    fn each_range_is_walked_in_the_order_of_its_index() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        let failed = DeliveryState::Failed;
        let of = |table| Range::Of(table, Value::Integer(1));
        let newest = |table| Range::Within(table, LogPosition::FIRST, LogPosition::END);
        let ranges = [
            Range::All,
            Range::DeliveryState(failed),
            Range::Lane(failed, 1),
            of(LaneTable::Queued),
            of(LaneTable::Delivered),
            newest(LaneTable::Queued),
            newest(LaneTable::Delivered),
        ];
        for (range, with_request) in ranges.iter().flat_map(|range| [(range, false), (range, true)]) {
            let sql = range.select(with_request, 100);
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            let by_lane = plan.starts_with("SEARCH entry USING PRIMARY KEY (lane=? AND seq<?)");
            assert!(by_lane || plan.starts_with("SEARCH delivery USING I"), "{plan}");
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

    /// All of it, in the table of one of the two states.
    fn is_in(table: LaneTable) -> String {
        format!(
            "INSERT INTO {} SELECT lane, seq{} FROM delivery",
            table.table(),
            if table == LaneTable::Queued { ", NULL" } else { "" }
        )
    }

    /// The positions of what is queued before this one, as far as it is read.
    fn positions(tx: &Transaction<'_>, range: &Range, before: LogPosition) -> Vec<i64> {
        let mut statement = tx.prepare_cached(&range.select(false, 30_000)).unwrap();
        let rows = range.query(&mut statement, before).unwrap();
        rows.mapped(|row| row.get(SEQ)).map(Result::unwrap).collect()
    }

    #[test]
    fn what_is_in_many_lanes_is_found_once_and_the_newest_first() {
        let delivered = DeliveryState::Delivered;
        for (table, state, counted) in [
            (LaneTable::Queued, DeliveryState::Queued, 0),
            // Few according to the counts, and most.
            (LaneTable::Delivered, delivered, 0),
            (LaneTable::Delivered, delivered, 60_000),
        ] {
            let mut db = rusqlite::Connection::open_in_memory().unwrap();
            crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
            db.execute_batch(QUEUED).unwrap();
            db.execute_batch(&is_in(table)).unwrap();
            db.execute("UPDATE tally SET n = ?1 WHERE state = 2", [counted]).unwrap();
            let tx = db.transaction().unwrap();
            for before in [LogPosition::END, LogPosition::new(50_001), LogPosition::new(101)] {
                let state = Some(StateFilter::Is(state));
                let filter = Filter { state, before: Some(before), ..Filter::default() };
                let last = before.number().min(60_001) - 1;
                let mut ranges = Range::of(&tx, &filter, Reading::Newest).unwrap();
                // Of those delivered at a retry, there are none.
                ranges.retain(|range| !matches!(range, Range::DeliveryState(_)));
                let found: Vec<_> = ranges.iter().map(|range| positions(&tx, range, before)).collect();
                let expected: Vec<i64> = (1..=last).rev().take(50_001).collect();
                assert_eq!(found.concat()[..expected.len().min(50_001)], expected);
                let (from, older) = (last - NEWEST, LogPosition::new(last - NEWEST));
                assert_eq!(found[0].last().copied(), Some(from.max(1)));
                // So a page that ends among the newest needs no more.
                assert!(!ranges[0].is_before(older) && ranges[1].is_before(older));
                let mut whole = Range::of(&tx, &filter, Reading::Whole).unwrap();
                whole.retain(|range| !matches!(range, Range::DeliveryState(_)));
                let [whole] = whole.as_slice() else { panic!("one range") };
                let mut count = tx.prepare(&whole.count()).unwrap();
                let mut counted = whole.query(&mut count, before).unwrap();
                assert_eq!(counted.next().unwrap().unwrap().get(0), Ok(last));
            }
        }
    }
}
