//! Searches deliveries, newest first: paged; a single query scans a bounded number of rows.
//!
//! State and profile are ranges of an index, each in the order of acceptance. Other conditions are checked row by
//! row, and a query scans a bounded number of rows: it returns how far it came, and the caller continues from there.
//! Where another index knows which rows may match, those between them are skipped.

use rusqlite::types::ValueRef;
use rusqlite::{Row, Transaction};

use crate::profile::ProfileId;
use crate::record::{DeliveryId, DeliveryState, LogPosition, Summary};
use crate::storage::error::StoreError;
use crate::storage::log::counts::BoundedCount;
use crate::storage::log::filter::Filter;
use crate::storage::log::matcher::{RowFacts, RowMatcher};
use crate::storage::log::page::{EarlierSearch, Page, SCAN_LIMIT};
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::beyond;
use crate::storage::sqlite::log::candidates::Candidates;
use crate::storage::sqlite::log::range::{Range, Reading, looked_at};
use crate::storage::sqlite::log::summary_row::{
    ACCEPTED_AT, AFTER_SUMMARY, AGAIN, ENDED_AT, RESENT_FROM, SEQ, SUMMARY, summary,
};
use crate::storage::sqlite::queue::lane;
use crate::storage::sqlite::rows::columns::{delivery_id, time};
use crate::storage::sqlite::rows::outcome::with_outcome;
use crate::storage::unreadable::{PassedOver, UnreadableRow, Why};

/// This many rows that are no candidates are passed before looking up the next candidate, which may take as long as
/// examining some thousand rows; so this number is multiplied by four each time.
const PASSED: usize = 100;

/// A walk through a range, from its newest row.
struct Walk<'a> {
    tx: &'a Transaction<'a>,
    filter: &'a Filter,
    matcher: RowMatcher<'a>,
    candidates: Candidates<'a>,
    /// The scan limit.
    most: usize,
    newest: Option<LogPosition>,
    unreadable: Vec<UnreadableRow>,
}

/// How many rows a walk has examined, and how many that are no candidates it passes before it jumps.
struct Looks {
    at: usize,
    passed: usize,
}

/// The last row examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stop {
    at: LogPosition,
    accepted_at: Option<i64>,
}

/// How a part of a walk ended.
enum Walked {
    /// At the end of the range.
    Through,
    /// There are enough matches, or the scan limit was reached.
    Enough(Stop),
    /// The next rows are no candidates.
    Passing(LogPosition),
}

impl<'a> Walk<'a> {
    fn new(tx: &'a Transaction<'a>, filter: &'a Filter, most: usize) -> Self {
        let (matcher, candidates) = (RowMatcher::new(filter), Candidates::of(filter));
        Self { tx, filter, matcher, candidates, most, newest: None, unreadable: Vec::new() }
    }

    /// Passes matches on, until there are enough or the scan limit was reached. Returns the last row examined, unless
    /// the range ended. An invalid row hides no other: it is skipped.
    fn through(
        &mut self,
        range: &Range,
        mut enough: impl FnMut(&Row<'_>) -> Result<bool, Why>,
    ) -> Result<Option<Stop>, StoreError> {
        let mut before = self.filter.before.unwrap_or(LogPosition::END);
        let mut looks = Looks { at: 0, passed: PASSED };
        loop {
            match self.part(range, before, &mut looks, &mut enough)? {
                Walked::Through => return Ok(None),
                Walked::Enough(stop) => return Ok(Some(stop)),
                Walked::Passing(at) => match self.candidates.last(self.tx, at)? {
                    Some(next) => {
                        before = next.after();
                        looks.passed = looks.passed.saturating_mul(4);
                    }
                    None => return Ok(None),
                },
            }
        }
    }

    fn part(
        &mut self,
        range: &Range,
        before: LogPosition,
        looks: &mut Looks,
        enough: &mut impl FnMut(&Row<'_>) -> Result<bool, Why>,
    ) -> Result<Walked, StoreError> {
        let mut statement = self.tx.prepare_cached(&range.select(self.matcher.reads_values(), self.most))?;
        let mut rows = range.query(&mut statement, before)?;
        let mut passed = 0;
        while let Some(row) = rows.next()? {
            let seq = row.get(SEQ)?;
            let at = LogPosition::new(seq);
            self.newest = self.newest.max(Some(at));
            let id = delivery_id(row, 0);
            let known = id.as_ref().ok().copied();
            let accepted_at = row.get(ACCEPTED_AT).ok();
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
            looks.at += 1;
            if full || looks.at >= self.most {
                return Ok(Walked::Enough(Stop { at, accepted_at }));
            }
            passed = if self.candidates.has(row, known, accepted_at) { 0 } else { passed + 1 };
            if passed == looks.passed {
                return Ok(Walked::Passing(at));
            }
        }
        Ok(Walked::Through)
    }
}

/// The columns that a filter examines. The indexes are those of [`SUMMARY`].
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
            accepted_at: row.get(ACCEPTED_AT)?,
            ended_at: row.get(ENDED_AT)?,
            was_sent_again: row.get_ref(AGAIN)? != ValueRef::Null,
            resent_from: row.get::<_, Option<[u8; 16]>>(RESENT_FROM)?.map(DeliveryId::from_bytes),
            // They may be on separate pages, which are read only if needed.
            values: if matcher.reads_values() { text(AFTER_SUMMARY + 1)? } else { None },
        })
    };
    read().map_err(|error| error.to_string())
}

/// A page, as far as it is found among the newest `most` rows of each range.
fn page(tx: &Transaction<'_>, filter: &Filter, most: usize) -> Result<Page, StoreError> {
    let mut walk = Walk::new(tx, filter, most);
    let mut found = Page::default();
    let mut left_at = None;
    for range in Range::of(tx, filter, Reading::Newest)? {
        // Nothing that is older than where another range was left is returned.
        if left_at.is_some_and(|stop: Stop| range.is_before(stop.at)) {
            continue;
        }
        let mut hits = 0;
        let stop = walk.through(&range, |row| {
            let summary = summary(row)?;
            if range.is_of(filter, &summary) {
                found.rows.push(summary);
                hits += 1;
            }
            Ok(hits >= filter.limit)
        })?;
        left_at = left_at.max(stop);
    }
    found.next = left_at.map(|stop| stop.at);
    found.reached = left_at.and_then(|stop| stop.accepted_at).and_then(|ms| time(ms).ok());
    (found.newest, found.unreadable) = (walk.newest, walk.unreadable);
    // Where one range was left, nothing older of the others may be returned: it would leave a gap.
    if let Some(next) = found.next {
        found.rows.retain(|row| row.position >= next);
        found.unreadable.retain(|row| row.position.is_none_or(|at| at >= next));
    }
    found.rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.position));
    found.cut(filter.limit);
    Ok(found)
}

impl Store {
    /// A page, as far as it is found by scanning `most` rows of each state: [`Page::next`] says where to continue.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn search(&self, filter: &Filter, most: usize) -> Result<Page, StoreError> {
        let filter = filter.clone();
        self.read(move |tx| page(tx, &filter, most)).await
    }

    /// The current state of an earlier search, with later deliveries: scans the newest `most` rows of each state, and
    /// of older ones those found before. So a long search need not start over whenever something changes; an older
    /// row that matches only now is not found.
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
                for at in earlier.known.iter().filter(|at| **at < next) {
                    found.rows.extend(still(tx, &filter, *at)?);
                }
                (found.next, found.reached) = (earlier.next, earlier.reached);
                found.cut(filter.limit);
            }
            Ok(found)
        })
        .await
    }

    /// How many deliveries match, without the limit. Other reads run in between.
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

impl Store {
    /// How many deliveries of a profile are in one of these states, counted up to `most`, from indexes.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn count_of_profile(
        &self,
        profile: &ProfileId,
        states: &[DeliveryState],
        most: usize,
    ) -> Result<BoundedCount, StoreError> {
        let (profile, states) = (profile.clone(), states.to_vec());
        self.read(move |tx| {
            let lanes = lane::of_profile(tx, &profile)?;
            let (most, mut n) = (most as u64, 0_u64);
            for range in states.into_iter().flat_map(|state| Range::of_lanes(state, &lanes)) {
                // One more than is left says that there are more.
                let left = usize::try_from(most.saturating_sub(n)).unwrap_or(usize::MAX);
                let mut count = tx.prepare_cached(&range.count_up_to(left.saturating_add(1)))?;
                if let Some(row) = range.query(&mut count, LogPosition::END)?.next()? {
                    n = n.saturating_add(u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0));
                }
                if n > most {
                    return Ok(BoundedCount::at_least(most));
                }
            }
            Ok(BoundedCount::exact(n))
        })
        .await
    }
}

/// The newest of those with ids from the first of these to the last, and what was skipped.
pub fn between(
    tx: &Transaction<'_>,
    first: DeliveryId,
    last: DeliveryId,
    most: usize,
) -> Result<(Vec<Summary>, PassedOver), StoreError> {
    let from = with_outcome("delivery");
    let sql = format!("SELECT {SUMMARY} FROM {from} WHERE id >= ?1 AND id <= ?2 ORDER BY id DESC");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([first.bytes(), last.bytes()])?;
    let (mut all, mut passed_over) = (Vec::new(), PassedOver::default());
    while let Some(row) = rows.next()?.filter(|_| all.len() < most) {
        match summary(row) {
            Ok(summary) => all.push(summary),
            Err(why) => {
                let id = delivery_id(row, 0).ok();
                passed_over.add(UnreadableRow::delivery(id, row.get(SEQ)?, why));
            }
        }
    }
    Ok((all, passed_over))
}

/// A delivery that was found earlier, if it still matches.
fn still(tx: &Transaction<'_>, filter: &Filter, at: LogPosition) -> Result<Option<Summary>, StoreError> {
    let sql =
        format!("SELECT {SUMMARY}, {} WHERE delivery.seq = ?1", looked_at(&with_outcome("delivery"), true));
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([at.number()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let matcher = RowMatcher::new(filter);
    let rest = || beyond::texts(tx, at.number());
    let Ok(summary) = summary(row) else { return Ok(None) };
    let Ok(seen) = seen(&matcher, summary.id, row) else { return Ok(None) };
    let fits = matcher.matches(&seen, rest)?;
    Ok((fits && filter.fits_profile_and_state(&summary)).then_some(summary))
}

/// From the index alone.
fn count_whole(tx: &Transaction<'_>, filter: &Filter) -> Result<u64, StoreError> {
    let mut all = 0;
    for range in Range::of(tx, filter, Reading::Whole)? {
        let sql = range.count();
        let mut statement = tx.prepare_cached(&sql)?;
        let before = filter.before.unwrap_or(LogPosition::END);
        if let Some(row) = range.query(&mut statement, before)?.next()? {
            all += u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        }
    }
    Ok(all)
}

/// Where counting continues: the range, and before which row.
type Place = (usize, Option<LogPosition>);

/// How many match among the next rows of a range, and where to continue.
fn count_some(tx: &Transaction<'_>, filter: &Filter, at: usize) -> Result<(u64, Option<Place>), StoreError> {
    let ranges = Range::of(tx, filter, Reading::Whole)?;
    let Some(range) = ranges.get(at) else { return Ok((0, None)) };
    let mut n = 0;
    let stop = Walk::new(tx, filter, SCAN_LIMIT).through(range, |row| {
        n += u64::from(!range.is_mixed() || range.is_of(filter, &summary(row)?));
        Ok(false)
    })?;
    Ok((n, Some(stop.map_or((at + 1, None), |stop| (at, Some(stop.at))))))
}
