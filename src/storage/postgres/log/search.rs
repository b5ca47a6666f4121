//! Deliveries that fit a filter, newest first: a page at a time, and of a long log no more at a time than a person can
//! wait for.
//!
//! State, status and profile are ranges of an index, each in the order of acceptance, and a time is a part of each.
//! Text is looked for row by row: a condition in SQL lets through what may match, and only that is read. A question
//! looks at a limited number of rows: it returns how far it came, and the caller continues from there.

use crate::record::{LogPosition, Summary};
use crate::storage::encoding::time;
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::log::matcher::RowMatcher;
use crate::storage::log::page::{EarlierSearch, Page, SCAN_LIMIT};
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::log::beyond;
use crate::storage::postgres::log::bounds::Bounds;
use crate::storage::postgres::log::looks::{Look, looks};
use crate::storage::postgres::log::ranges::Range;
use crate::storage::postgres::log::sieve::has_icu;
use crate::storage::postgres::log::summaries::{self, Listed};
use crate::storage::unreadable::{UnreadableRow, Why};

/// The least number of rows that a search looks at in one question to the server. Each further one is four times as
/// long.
const LEAST_LOOKS: usize = 64;

/// Most rows that one question for a text looks at: a reader that gives up leaves the connection busy for some 50 ms at
/// most.
const MOST_TEXTS: usize = 4096;

/// A walk through a range from its newest.
struct Walk<'a> {
    db: Db<'a>,
    filter: &'a Filter,
    matcher: RowMatcher<'a>,
    has_icu: bool,
    bounds: Bounds,
    /// Most rows to look at.
    most: usize,
    newest: Option<LogPosition>,
    unreadable: Vec<UnreadableRow>,
}

impl<'a> Walk<'a> {
    async fn new(db: Db<'a>, filter: &'a Filter, most: usize) -> Result<Self, StoreError> {
        let matcher = RowMatcher::new(filter);
        let (has_icu, bounds) = (has_icu(db, filter).await?, Bounds::of(db, filter).await?);
        Ok(Self { db, filter, matcher, has_icu, bounds, most, newest: None, unreadable: Vec::new() })
    }

    /// Adds what fits to `found`, until that is `limit` more or enough was looked at. Gives the last that was looked
    /// at, unless the range ended. One row without meaning hides no other: it is passed over.
    async fn through(
        &mut self,
        range: &Range,
        limit: usize,
        found: &mut Vec<Summary>,
    ) -> Result<Option<Look>, StoreError> {
        let mut bounds = self.bounds;
        let (mut looked, mut hits) = (0, 0);
        let longest = if self.matcher.reads_values() { MOST_TEXTS } else { usize::MAX };
        let mut length =
            if self.filter.searches() { limit.saturating_mul(2).max(LEAST_LOOKS) } else { limit };
        loop {
            let wanted = length.min(longest).min(self.most.saturating_sub(looked)).max(1);
            let seen = looks(self.db, (range, bounds, wanted), self.filter, self.has_icu).await?;
            self.newest = self.newest.max(seen.newest);
            if let Some(full) = self.decide(range, &seen.open, (limit, &mut hits), found).await? {
                return Ok(Some(full));
            }
            let Some(last) = seen.last else { return Ok(None) };
            looked += wanted;
            if looked >= self.most {
                return Ok(Some(last));
            }
            bounds.before = last.at;
            length = length.saturating_mul(4);
        }
    }

    /// Reads those that may fit, and adds those that do. Gives the last one when there are `limit` of them.
    async fn decide(
        &mut self,
        range: &Range,
        mut open: &[i64],
        (limit, hits): (usize, &mut usize),
        found: &mut Vec<Summary>,
    ) -> Result<Option<Look>, StoreError> {
        while !open.is_empty() {
            let next = limit.saturating_sub(*hits).clamp(LEAST_LOOKS, SCAN_LIMIT).min(open.len());
            let (some, rest) = open.split_at(next);
            open = rest;
            let rows = summaries::at(self.db, some).await?;
            let fits = self.fits(&rows).await?;
            for (row, fits) in rows.iter().zip(fits) {
                match fits.and_then(|fits| if fits { row.summary().map(Some) } else { Ok(None) }) {
                    Ok(None) => {}
                    Ok(Some(row)) if range.is_mixed() && !self.filter.fits_profile_and_state(&row) => {}
                    Ok(Some(summary)) => {
                        found.push(summary);
                        *hits += 1;
                        if *hits >= limit {
                            let (at, accepted_at) = (row.position(), row.accepted_at());
                            return Ok(Some(Look { at, accepted_at }));
                        }
                    }
                    Err(why) => self.unreadable.push(row.unreadable(why)),
                }
            }
        }
        Ok(None)
    }

    /// Whether each of these rows fits, or why it has no meaning.
    async fn fits(&self, rows: &[Listed]) -> Result<Vec<Result<bool, Why>>, StoreError> {
        let mut fits = Vec::with_capacity(rows.len());
        let mut open = Vec::new();
        for row in rows {
            let facts = row.facts();
            let mut is_open = false;
            let rest = || {
                is_open = true;
                Ok(Vec::new())
            };
            fits.push(match &facts {
                Ok(facts) => Ok(self.matcher.matches(facts, rest)?),
                Err(why) => Err(why.clone()),
            });
            if is_open {
                open.push(row.position().number());
            }
        }
        if open.is_empty() {
            return Ok(fits);
        }
        let mut texts = beyond::texts(self.db, &open).await?;
        for (row, fits) in rows.iter().zip(&mut fits) {
            if let (Some(texts), Ok(facts)) = (texts.remove(&row.position().number()), row.facts()) {
                *fits = Ok(self.matcher.matches(&facts, || Ok(texts))?);
            }
        }
        Ok(fits)
    }
}

/// A page, as far as it is found among the newest `most` rows of each range.
pub async fn page(db: Db<'_>, filter: &Filter, most: usize) -> Result<Page, StoreError> {
    let mut walk = Walk::new(db, filter, most).await?;
    let mut found = Page::default();
    let mut left_at: Option<Look> = None;
    for range in Range::of(db, filter).await? {
        left_at = left_at.max(walk.through(&range, filter.limit, &mut found.rows).await?);
    }
    found.next = left_at.map(|look| look.at);
    found.reached = left_at.and_then(|look| time(look.accepted_at).ok());
    (found.newest, found.unreadable) = (walk.newest, walk.unreadable);
    // Where one range was left, nothing older of the others may be returned: it would leave a gap.
    if let Some(next) = found.next {
        found.rows.retain(|row| row.position >= next);
        found.unreadable.retain(|row| row.position.is_none_or(|at| at >= next));
    }
    // What ended while it was searched for was found twice, the second time as it is now.
    found.rows.reverse();
    found.rows.sort_by_key(|row| std::cmp::Reverse(row.position));
    found.rows.dedup_by_key(|row| row.position);
    found.cut(filter.limit);
    Ok(found)
}

/// What an earlier search found, as it is now, with what came since.
pub async fn resume(
    db: Db<'_>,
    filter: &Filter,
    earlier: EarlierSearch,
    most: usize,
) -> Result<Page, StoreError> {
    let mut found = page(db, filter, most).await?;
    let meets = |next| earlier.newest.is_some_and(|newest| newest >= next);
    if let Some(next) = found.next.filter(|next| meets(*next)) {
        let known: Vec<i64> = earlier.known.iter().filter(|at| **at < next).map(|at| at.number()).collect();
        let walk = Walk::new(db, filter, most).await?;
        let rows = summaries::at(db, &known).await?;
        let fits = walk.fits(&rows).await?;
        let still = rows.iter().zip(fits).filter(|(_, fits)| *fits == Ok(true));
        let rows = still.filter_map(|(row, _)| row.summary().ok());
        found.rows.extend(rows.filter(|row| filter.fits_profile_and_state(row)));
        (found.next, found.reached) = (earlier.next, earlier.reached);
        found.cut(filter.limit);
    }
    Ok(found)
}

/// How many deliveries match, without the limit.
pub async fn count(db: Db<'_>, filter: &Filter) -> Result<u64, StoreError> {
    let mut all = 0;
    for range in Range::of(db, filter).await? {
        if !filter.searches() {
            all += range.count_within(db, Bounds::of(db, filter).await?).await?;
            continue;
        }
        let mut next = filter.clone();
        loop {
            let mut found = Vec::new();
            let mut walk = Walk::new(db, &next, SCAN_LIMIT).await?;
            let stop = walk.through(&range, usize::MAX, &mut found).await?;
            all += found.len() as u64;
            match stop {
                Some(stop) => next.before = Some(stop.at),
                None => break,
            }
        }
    }
    Ok(all)
}
