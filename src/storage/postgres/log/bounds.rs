//! Where in the log the deliveries of a time are: a position says when something was accepted by the clock of the
//! database, and how far the clocks of others differed from that is known of each day. And where those with an ID are,
//! and those that resend it.

use jiff::Timestamp;

use crate::record::{DeliveryId, LogPosition};
use crate::storage::error::StoreError;
use crate::storage::log::filter::{Filter, SLACK};
use crate::storage::log::search_term::SearchPlace;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::uuid;

/// The range of positions, in microseconds, of deliveries accepted at or after one time and before another; both times
/// are in milliseconds.
const BOUNDS: &str = "
SELECT min(greatest(day * 86400000000, ($1 - ms) * 1000)) FILTER (WHERE (day + 1) * 86400000000 > ($1 - ms) * 1000),
   max(least((day + 1) * 86400000000, ($2 + ms) * 1000)) FILTER (WHERE day * 86400000000 <= ($2 + ms) * 1000)
FROM clock_skew";

/// The first and the last delivery with an ID in a range.
const WITH_IDS: &str = "SELECT min(seq), max(seq) FROM delivery WHERE id >= $1 AND id <= $2";

/// The first and the last delivery that resend one with an ID in a range.
const RESENDS: &str = "SELECT min(seq), max(seq) FROM resend WHERE earlier >= $1 AND earlier <= $2";

/// No time of a filter is so far from now, in milliseconds, that microseconds could not be counted.
const FAR: i64 = 4_000_000_000_000;

/// A part of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Its first position.
    pub from: LogPosition,
    /// The position after its last one.
    pub before: LogPosition,
}

impl Bounds {
    /// The range of positions that may match a filter by its time, and by its words for IDs, and are before its page.
    pub async fn of(db: Db<'_>, filter: &Filter) -> Result<Self, StoreError> {
        let page = Self { from: LogPosition::FIRST, before: filter.before.unwrap_or(LogPosition::END) };
        let until = filter.until.into_iter().chain(filter.ended_before).min();
        let mut bounds = page.within(Self::of_times(db, filter.since, until).await?);
        if let Some((first, last)) = filter.searched_ids(&SearchPlace::Id) {
            bounds = bounds.within(Self::of_ids(db, first, last).await?);
        }
        if let Some((first, last)) = filter.searched_ids(&SearchPlace::Original) {
            bounds = bounds.within(Self::between(db, RESENDS, first, last).await?);
        }
        Ok(bounds)
    }

    /// No position.
    const NONE: Self = Self { from: LogPosition::FIRST, before: LogPosition::FIRST };

    /// What is in both.
    fn within(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), before: self.before.min(other.before) }
    }

    /// The positions of IDs in a range. Where they were made at several times, there may be too many to look at each:
    /// then they are the positions of these times.
    async fn of_ids(db: Db<'_>, first: DeliveryId, last: DeliveryId) -> Result<Self, StoreError> {
        if first > last {
            return Ok(Self::NONE);
        }
        if first.made_at() == last.made_at() {
            return Self::between(db, WITH_IDS, first, last).await;
        }
        let since = first.made_at().checked_sub(SLACK).ok();
        let until = last.made_at().checked_add(SLACK).ok();
        Self::of_times(db, since, until).await
    }

    /// The positions that a statement finds for IDs in a range.
    async fn between(db: Db<'_>, sql: &str, first: DeliveryId, last: DeliveryId) -> Result<Self, StoreError> {
        let Some(row) = db.row(sql, &[&uuid(first), &uuid(last)]).await? else { return Ok(Self::NONE) };
        let (Some(from), Some(last)): (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?) else {
            return Ok(Self::NONE);
        };
        Ok(Self { from: LogPosition::new(from), before: LogPosition::new(last).after() })
    }

    /// The positions of deliveries accepted at or after one time, and before another.
    async fn of_times(
        db: Db<'_>,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Self, StoreError> {
        let all = Self { from: LogPosition::FIRST, before: LogPosition::END };
        if since.is_none() && until.is_none() {
            return Ok(all);
        }
        let from = since.map_or(-FAR, |time| time.as_millisecond().clamp(-FAR, FAR));
        let end = until.map_or(FAR, |time| time.as_millisecond().clamp(-FAR, FAR));
        let row = db.row(BOUNDS, &[&from, &end]).await?;
        let micros = |place: usize| row.as_ref().and_then(|row| row.try_get::<_, Option<i64>>(place).ok()?);
        // Without a day nothing is there.
        let (Some(first), Some(last)) = (micros(0), micros(1)) else { return Ok(Self::NONE) };
        let position = |micros: i64| LogPosition::new(micros.saturating_mul(1 << 11));
        let from = if since.is_some() { position(first) } else { all.from };
        let before = if until.is_some() { position(last.saturating_add(1)) } else { all.before };
        Ok(Self { from, before })
    }
}
