//! Deliveries that fit a filter, newest first: a page at a time, and of a long log no more at a time
//! than a person can wait for.
//!
//! State and profile are ranges of an index. What else is asked for is looked up row by row, and a
//! question looks at so many rows and no more: it answers how far it came, and who asked goes on
//! from there.

use rusqlite::types::ValueRef;
use rusqlite::{Row, Statement, Transaction};

use crate::profile::Choice as _;
use crate::record::{DeliveryId, DeliveryState, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::log::matcher::{RowFacts, RowMatcher};
use crate::storage::log::page::{EarlierSearch, Page, SCAN_LIMIT};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::beyond;
use crate::storage::sqlite::log::details::{AFTER_SUMMARY, SUMMARY, summary};
use crate::storage::sqlite::queue::lane;
use crate::storage::sqlite::rows::columns::{delivery_id, state_number};
use crate::storage::unreadable::{PassedOver, UnreadableRow, Why};

/// A part of the log that an index leads to, in order of ids.
enum Range {
    All,
    DeliveryState(DeliveryState),
    /// Of one queue.
    Lane(DeliveryState, i64),
}

impl Range {
    /// The parts of the log that a filter leaves. Together they are all, and none is in two.
    fn of(tx: &Transaction<'_>, filter: &Filter) -> Result<Vec<Self>, StoreError> {
        let states = filter.states();
        let Some(profile) = &filter.profile else {
            let all = states == DeliveryState::ALL;
            return Ok(if all {
                vec![Self::All]
            } else {
                states.into_iter().map(Self::DeliveryState).collect()
            });
        };
        let lanes = lane::of_profile(tx, profile)?;
        let each = |state| lanes.iter().map(move |lane| Self::Lane(state, *lane));
        Ok(states.into_iter().flat_map(each).collect())
    }

    fn tail(&self) -> &'static str {
        match self {
            Self::All => "WHERE id >= ?1 AND id < ?2",
            Self::DeliveryState(_) => {
                "INDEXED BY delivery_by_state WHERE id >= ?1 AND id < ?2 AND state = ?3"
            }
            Self::Lane(..) => {
                "INDEXED BY delivery_by_lane WHERE id >= ?1 AND id < ?2 AND state = ?3 AND lane = ?4"
            }
        }
    }

    fn query<'s>(&self, statement: &'s mut Statement<'_>, filter: &Filter) -> Rows<'s> {
        let (from, to) = filter.ids();
        match self {
            Self::All => statement.query((from, to)),
            Self::DeliveryState(state) => statement.query((from, to, state_number(*state))),
            Self::Lane(state, lane) => statement.query((from, to, state_number(*state), *lane)),
        }
    }
}

type Rows<'s> = rusqlite::Result<rusqlite::Rows<'s>>;

/// A walk through a range from its newest.
struct Walk<'a> {
    tx: &'a Transaction<'a>,
    filter: &'a Filter,
    matcher: RowMatcher<'a>,
    /// Most rows to look at.
    most: usize,
    newest: Option<DeliveryId>,
    unreadable: Vec<UnreadableRow>,
}

impl<'a> Walk<'a> {
    fn new(tx: &'a Transaction<'a>, filter: &'a Filter, most: usize) -> Self {
        Self { tx, filter, matcher: RowMatcher::new(filter), most, newest: None, unreadable: Vec::new() }
    }

    /// Hands over what fits, until there is enough of it or enough was looked at. Gives the last that
    /// was looked at, unless the range ended. One row without meaning hides no other: it is passed over.
    fn through(
        &mut self,
        range: &Range,
        mut enough: impl FnMut(&Row<'_>) -> Result<bool, Why>,
    ) -> Result<Option<DeliveryId>, StoreError> {
        let tail = range.tail();
        let sql = format!("SELECT {SUMMARY}, url, ended_at, vals, seq FROM delivery {tail} ORDER BY id DESC");
        let mut statement = self.tx.prepare_cached(&sql)?;
        let mut rows = range.query(&mut statement, self.filter)?;
        let mut looked_at = 0;
        while let Some(row) = rows.next()? {
            let id = delivery_id(row, 0);
            let seq = row.get(AFTER_SUMMARY + 3)?;
            let known = id.as_ref().ok().copied();
            self.newest = self.newest.max(known);
            let full = match id.and_then(|id| seen(&self.matcher, id, row)) {
                Ok(seen) => {
                    let rest = || beyond::texts(self.tx, seq);
                    if self.matcher.matches(&seen, rest)? { enough(row) } else { Ok(false) }
                }
                Err(why) => Err(why),
            };
            let full = full.unwrap_or_else(|why| {
                self.unreadable.push(UnreadableRow::delivery(known, seq, why));
                false
            });
            looked_at += 1;
            if known.is_some() && (full || looked_at >= self.most) {
                return Ok(known);
            }
        }
        Ok(None)
    }
}

/// What a filter looks at. The places are those of [`SUMMARY`].
fn seen<'r>(matcher: &RowMatcher<'_>, id: DeliveryId, row: &'r Row<'_>) -> Result<RowFacts<'r>, Why> {
    let read = || -> rusqlite::Result<RowFacts<'r>> {
        let text = |at| -> rusqlite::Result<Option<&'r str>> { Ok(row.get_ref(at)?.as_str_or_null()?) };
        Ok(RowFacts {
            id,
            profile_id: text(2)?.unwrap_or_default(),
            title: text(3)?.unwrap_or_default(),
            event: text(4)?,
            url: text(AFTER_SUMMARY)?,
            message: text(15)?,
            status: row.get(13)?,
            class: text(14)?,
            accepted_at: row.get(12)?,
            ended_at: row.get(AFTER_SUMMARY + 1)?,
            was_sent_again: row.get_ref(AFTER_SUMMARY - 1)? != ValueRef::Null,
            // They may stand on pages of their own, which are read only where they are asked for.
            values: if matcher.reads_values() { text(AFTER_SUMMARY + 2)? } else { None },
        })
    };
    read().map_err(|error| error.to_string())
}

/// A page, as far as it is found among the newest `most` rows of each range.
fn page(tx: &Transaction<'_>, filter: &Filter, most: usize) -> Result<Page, StoreError> {
    let mut walk = Walk::new(tx, filter, most);
    let mut found = Page::default();
    for range in Range::of(tx, filter)? {
        let mut hits = 0;
        let stop = walk.through(&range, |row| {
            found.rows.push(summary(row)?);
            hits += 1;
            Ok(hits >= filter.limit)
        })?;
        found.next = found.next.max(stop);
    }
    (found.newest, found.unreadable) = (walk.newest, walk.unreadable);
    // Where one range was left, nothing older of the others may be told: it would leave a gap.
    if let Some(next) = found.next {
        found.rows.retain(|row| row.id >= next);
        found.unreadable.retain(|row| row.id.is_none_or(|id| id >= next));
    }
    found.rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    found.cut(filter.limit);
    Ok(found)
}

impl Store {
    /// A page, as far as it is found by looking at `most` rows of each state: [`Page::next`] says
    /// where to go on.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn search(&self, filter: &Filter, most: usize) -> Result<Page, StoreError> {
        let filter = filter.clone();
        self.read(move |tx| page(tx, &filter, most)).await
    }

    /// What an earlier search found, as it is now, with what came since: the newest `most` rows of
    /// each state are looked at, and of older ones those that were found. So a search that came far
    /// need not begin again whenever something changes; an older row that fits only now is not found.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn resume_search(
        &self,
        filter: &Filter,
        earlier: EarlierSearch,
        most: usize,
    ) -> Result<Page, StoreError> {
        let filter = filter.clone();
        self.read(move |tx| {
            let mut found = page(tx, &filter, most)?;
            let meets = |next| earlier.newest.is_some_and(|newest| newest >= next);
            if let Some(next) = found.next.filter(|next| meets(*next)) {
                for id in earlier.known.iter().filter(|id| **id < next) {
                    found.rows.extend(still(tx, &filter, *id)?);
                }
                found.next = earlier.next;
                found.cut(filter.limit);
            }
            Ok(found)
        })
        .await
    }

    /// How many deliveries fit, whatever the limit. Others' questions are answered in between.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        if !filter.searches() {
            let filter = filter.clone();
            return self.read(move |tx| count_whole(tx, &filter)).await;
        }
        let (mut all, mut at) = (0, (0, None));
        loop {
            let mut filter = filter.clone();
            filter.before = at.1.or(filter.before);
            let (n, next) = self.read(move |tx| count_some(tx, &filter, at.0)).await?;
            all += n;
            match next {
                Some(next) => at = next,
                None => return Ok(all),
            }
        }
    }
}

/// The newest of those whose ids are from the first of these to the last, and what was passed over.
pub fn between(
    tx: &Transaction<'_>,
    first: DeliveryId,
    last: DeliveryId,
    most: usize,
) -> Result<(Vec<Summary>, PassedOver), StoreError> {
    let sql = format!("SELECT {SUMMARY}, seq FROM delivery WHERE id >= ?1 AND id <= ?2 ORDER BY id DESC");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([first.bytes(), last.bytes()])?;
    let (mut all, mut passed_over) = (Vec::new(), PassedOver::default());
    while let Some(row) = rows.next()?.filter(|_| all.len() < most) {
        match summary(row) {
            Ok(summary) => all.push(summary),
            Err(why) => {
                let id = delivery_id(row, 0).ok();
                passed_over.add(UnreadableRow::delivery(id, row.get(AFTER_SUMMARY)?, why));
            }
        }
    }
    Ok((all, passed_over))
}

/// A delivery that was found earlier, if it still fits.
fn still(tx: &Transaction<'_>, filter: &Filter, id: DeliveryId) -> Result<Option<Summary>, StoreError> {
    let sql = format!("SELECT {SUMMARY}, url, ended_at, vals, seq FROM delivery WHERE id = ?1");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([id.bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let matcher = RowMatcher::new(filter);
    let rest = || beyond::texts(tx, row.get(AFTER_SUMMARY + 3)?);
    let (Ok(seen), Ok(summary)) = (seen(&matcher, id, row), summary(row)) else { return Ok(None) };
    let fits = matcher.matches(&seen, rest)?;
    let profile = filter.profile.as_ref().is_none_or(|profile| *profile == summary.profile_id);
    Ok((fits && profile && filter.states().contains(&summary.state)).then_some(summary))
}

/// From the index alone.
fn count_whole(tx: &Transaction<'_>, filter: &Filter) -> Result<u64, StoreError> {
    let mut all = 0;
    for range in Range::of(tx, filter)? {
        let sql = format!("SELECT count(*) FROM delivery {}", range.tail());
        let mut statement = tx.prepare_cached(&sql)?;
        if let Some(row) = range.query(&mut statement, filter)?.next()? {
            all += u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        }
    }
    Ok(all)
}

/// Where counting goes on: the range, and before which id.
type Place = (usize, Option<DeliveryId>);

/// How many fit among the next rows of a range, and where to go on.
fn count_some(tx: &Transaction<'_>, filter: &Filter, at: usize) -> Result<(u64, Option<Place>), StoreError> {
    let ranges = Range::of(tx, filter)?;
    let Some(range) = ranges.get(at) else { return Ok((0, None)) };
    let mut n = 0;
    let stop = Walk::new(tx, filter, SCAN_LIMIT).through(range, |_| {
        n += 1;
        Ok(false)
    })?;
    Ok((n, Some(stop.map_or((at + 1, None), |id| (at, Some(id))))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of a million costs no more than one of a hundred: nothing is sorted, and each range is
    /// entered in its middle.
    #[test]
    fn each_range_is_walked_in_the_order_of_its_index() {
        let mut db = rusqlite::Connection::open_in_memory().unwrap();
        crate::storage::sqlite::file::schema::migrate(&mut db).unwrap();
        let ranges =
            [Range::All, Range::DeliveryState(DeliveryState::Failed), Range::Lane(DeliveryState::Failed, 1)];
        for range in ranges {
            let tail = range.tail();
            let sql =
                format!("SELECT {SUMMARY}, url, ended_at, vals, seq FROM delivery {tail} ORDER BY id DESC");
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let mut rows = statement.raw_query();
            let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.starts_with("SEARCH delivery USING INDEX"), "{plan}");
            assert!(plan.contains("id>? AND id<?"), "{plan}");
            while let Some(row) = rows.next().unwrap() {
                let step: String = row.get(3).unwrap();
                assert!(!step.contains("SORT") && !step.contains("B-TREE"), "{step}: {tail}");
            }
        }
    }
}
