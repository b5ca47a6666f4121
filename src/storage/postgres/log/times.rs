//! Where in the log deliveries of a time are: a position says when something was accepted by the clock of the database,
//! and how far the clocks of others differed from that is known of each day.

use crate::record::LogPosition;
use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::postgres::connection::db::Db;

/// The range of positions, in microseconds, of deliveries accepted at or after one time and before another; both times
/// are in milliseconds.
const BOUNDS: &str = "
SELECT min(greatest(day * 86400000000, ($1 - ms) * 1000)) FILTER (WHERE (day + 1) * 86400000000 > ($1 - ms) * 1000),
   max(least((day + 1) * 86400000000, ($2 + ms) * 1000)) FILTER (WHERE day * 86400000000 <= ($2 + ms) * 1000)
FROM clock_skew";

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
    /// The range of positions that may match the time of a filter, and are before its page.
    pub async fn of(db: Db<'_>, filter: &Filter) -> Result<Self, StoreError> {
        let before = filter.before.unwrap_or(LogPosition::END);
        let until = filter.until.into_iter().chain(filter.ended_before).min();
        if filter.since.is_none() && until.is_none() {
            return Ok(Self { from: LogPosition::FIRST, before });
        }
        let since = filter.since.map_or(-FAR, |time| time.as_millisecond().clamp(-FAR, FAR));
        let end = until.map_or(FAR, |time| time.as_millisecond().clamp(-FAR, FAR));
        let row = db.row(BOUNDS, &[&since, &end]).await?;
        let micros = |place: usize| row.as_ref().and_then(|row| row.try_get::<_, Option<i64>>(place).ok()?);
        // Without a day nothing is there.
        let (Some(first), Some(last)) = (micros(0), micros(1)) else {
            return Ok(Self { from: before, before });
        };
        let position = |micros: i64| LogPosition::new(micros.saturating_mul(1 << 11));
        let from = if filter.since.is_some() { position(first) } else { LogPosition::FIRST };
        let last = if until.is_some() { position(last.saturating_add(1)) } else { LogPosition::END };
        Ok(Self { from, before: before.min(last) })
    }
}
