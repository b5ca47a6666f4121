//! Reads the feed: rows by their position, then the deliveries and attempts that they name.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Transaction};

use crate::record::{Attempt, Summary};
use crate::storage::error::StoreError;
use crate::storage::feed::filter::FeedFilter;
use crate::storage::feed::page::{self, FeedGap, FeedGapReason, FeedPage, Noted};
use crate::storage::feed::position::FeedPosition;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::feed::position::FeedPlace;
use crate::storage::sqlite::feed::rows::{COLUMNS, notes};
use crate::storage::sqlite::log::details::{ATTEMPT, attempt};
use crate::storage::sqlite::log::summaries;
use crate::storage::sqlite::rows::columns;

impl Store {
    /// As [`Feed::feed_end`](crate::storage::Feed::feed_end).
    pub(in crate::storage::sqlite) async fn last_position(&self) -> Result<FeedPosition, StoreError> {
        self.read(|tx| {
            let sql = "SELECT position, at FROM feed ORDER BY position DESC LIMIT 1";
            let last = |row: &rusqlite::Row<'_>| Ok(FeedPlace { row: row.get(0)?, at: at(row), entries: 0 });
            let last = tx.prepare_cached(sql)?.query_row([], last).optional()?;
            Ok(last.unwrap_or_default().position())
        })
        .await
    }

    /// As [`Feed::feed`](crate::storage::Feed::feed).
    pub(in crate::storage::sqlite) async fn read_feed(
        &self,
        after: FeedPosition,
        filter: FeedFilter,
        most: usize,
    ) -> Result<FeedPage, StoreError> {
        self.read(move |tx| read(tx, &after, &filter, most.max(1))).await
    }
}

/// When a row was written; 0 if that cannot be read.
fn at(row: &rusqlite::Row<'_>) -> i64 {
    row.get(1).unwrap_or_default()
}

fn read(
    tx: &Transaction<'_>,
    after: &FeedPosition,
    filter: &FeedFilter,
    most: usize,
) -> Result<FeedPage, StoreError> {
    let (mut place, gap) = begin(tx, after)?;
    let (noted, is_end) = walk(tx, &mut place, most)?;
    let rows = page::rows(&noted, filter);
    let known: HashMap<i64, Summary> =
        summaries::of_rows(tx, &rows)?.into_iter().map(|row| (row.position.number(), row)).collect();
    let attempts = attempts(tx, &page::attempts(&noted, filter, &known))?;
    let entries = page::entries(noted, filter, &known, &attempts);
    Ok(FeedPage { entries, next: place.position(), is_end, gap })
}

/// Where to begin, and what is missing there.
fn begin(tx: &Transaction<'_>, after: &FeedPosition) -> Result<(FeedPlace, Option<FeedGap>), StoreError> {
    let sql = "SELECT position, at FROM feed ORDER BY position LIMIT 1";
    let first: Option<(i64, i64)> =
        tx.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, at(row)))).optional()?;
    let before_first = first.map_or(0, |(first, _)| first.saturating_sub(1));
    let start = FeedPlace { row: before_first, at: 0, entries: 0 };
    if after.is_start() {
        return Ok((start, None));
    }
    let gap = |why| {
        let since = first.and_then(|(_, at)| columns::time(at).ok());
        Ok((start, Some(FeedGap { why, since })))
    };
    let Some(place) = FeedPlace::parse(after) else { return gap(FeedGapReason::Unknown) };
    if place.row < before_first {
        return gap(FeedGapReason::Removed);
    }
    let sql = "SELECT position, at FROM feed WHERE position = ?1";
    let written = tx.prepare_cached(sql)?.query_row([place.row], |row| Ok(at(row))).optional()?;
    match written {
        Some(at) if at == place.at => Ok((place, None)),
        // The row before the first one was removed, or there never was one.
        None if place.row == before_first => Ok((place, None)),
        _ => gap(FeedGapReason::Unknown),
    }
}

/// The next entries, and whether they are the last ones. `place` becomes the one after them.
fn walk(tx: &Transaction<'_>, place: &mut FeedPlace, most: usize) -> Result<(Vec<Noted>, bool), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM feed WHERE position > ?1 ORDER BY position LIMIT ?2");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query((place.row, i64::try_from(most).unwrap_or(i64::MAX)))?;
    let (mut all, mut walked) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if all.len() >= most {
            return Ok((all, false));
        }
        walked += 1;
        let end = FeedPlace { row: row.get(0)?, at: at(row), entries: 0 };
        // What cannot be read hides nothing else.
        let Ok(found) = notes(row, place.entries, most.saturating_sub(all.len())) else {
            *place = end;
            continue;
        };
        let left = found.notes.len();
        for (n, note) in (1..).zip(found.notes) {
            place.entries += 1;
            let is_last = found.is_whole && n == left;
            all.push((if is_last { end } else { *place }.position(), note));
        }
        if !found.is_whole {
            return Ok((all, false));
        }
        *place = end;
    }
    Ok((all, walked < most))
}

fn attempts(tx: &Transaction<'_>, wanted: &[(i64, u32)]) -> Result<HashMap<(i64, u32), Attempt>, StoreError> {
    let mut statement =
        tx.prepare_cached(&format!("SELECT {ATTEMPT} FROM attempt WHERE key = ?1 << 10 | ?2"))?;
    let mut found = HashMap::with_capacity(wanted.len());
    for (row, n) in wanted {
        let mut rows = statement.query((row, n))?;
        if let Some(Ok(read)) = rows.next()?.map(attempt) {
            found.insert((*row, *n), read);
        }
    }
    Ok(found)
}
