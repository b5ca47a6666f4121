//! A time range in whole minutes, and the rollups that make it up: hours as far as possible, and minutes at its ends.

use std::ops::Range;

use jiff::Timestamp;

use crate::storage::encoding::millis;
use crate::storage::retention::policy::RetentionPolicy;
use crate::storage::rollups::mark::minute_of;

/// Rollups of minutes are kept for as many minutes at least: 48 hours.
pub const MINUTES_KEPT: u32 = 48 * 60;

const HOUR: u32 = 60;

/// The length of a rollup's period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RollupStep {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl RollupStep {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Minute, Self::Hour];

    /// For stores: its number.
    #[must_use]
    pub fn number(self) -> i16 {
        match self {
            Self::Minute => 0,
            Self::Hour => 1,
        }
    }

    /// The number of the period that a minute is in, counted from 1970.
    #[must_use]
    pub fn of_minute(self, minute: u32) -> u32 {
        match self {
            Self::Minute => minute,
            Self::Hour => minute / HOUR,
        }
    }

    /// The first minute of a period.
    #[must_use]
    pub fn first_minute(self, at: u32) -> u32 {
        match self {
            Self::Minute => at,
            Self::Hour => at.saturating_mul(HOUR),
        }
    }
}

/// The time at which a minute begins.
#[must_use]
pub fn time_of(minute: u32) -> Timestamp {
    Timestamp::from_second(i64::from(minute).saturating_mul(60)).unwrap_or(Timestamp::MAX)
}

/// The first hour that is kept under this policy, and when it begins; none if all are.
#[must_use]
pub fn hours_from(policy: RetentionPolicy, now: Timestamp) -> Option<(u32, Timestamp)> {
    if policy.days == 0 {
        return None;
    }
    let hour = RollupStep::Hour.of_minute(minute_of(millis(policy.cutoff(now))));
    Some((hour, time_of(RollupStep::Hour.first_minute(hour))))
}

/// A time range in whole minutes. Before the last 48 hours, in whole hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollupRange {
    from: u32,
    to: u32,
}

impl RollupRange {
    /// The smallest range that has all from `since` on and before `until`, as of `now`.
    #[must_use]
    pub fn of(since: Timestamp, until: Timestamp, now: Timestamp) -> Self {
        let kept_from = Self::minutes_from(now);
        let from = minute_of(millis(since));
        // The last millisecond before it is in the range.
        let to = minute_of(millis(until).saturating_sub(1)).saturating_add(1);
        let (from, to) = (
            if from < kept_from { from / HOUR * HOUR } else { from },
            if to < kept_from { to.div_ceil(HOUR).saturating_mul(HOUR) } else { to },
        );
        Self { from, to: to.max(from) }
    }

    /// The first minute of which a rollup is kept.
    #[must_use]
    pub fn minutes_from(now: Timestamp) -> u32 {
        minute_of(millis(now)).saturating_sub(MINUTES_KEPT)
    }

    /// Its first minute, counted from 1970.
    #[must_use]
    pub fn first_minute(self) -> u32 {
        self.from
    }

    /// The minutes, counted from 1970.
    #[must_use]
    pub fn minutes(self) -> Range<u32> {
        self.from..self.to
    }

    /// The time at which it begins.
    #[must_use]
    pub fn since(self) -> Timestamp {
        time_of(self.from)
    }

    /// The time at which it ends.
    #[must_use]
    pub fn until(self) -> Timestamp {
        time_of(self.to)
    }

    /// The rollups that make it up, each minute once.
    #[must_use]
    pub fn pieces(self) -> Vec<(RollupStep, Range<u32>)> {
        let hours = self.from.div_ceil(HOUR)..self.to / HOUR;
        if hours.is_empty() {
            return vec![(RollupStep::Minute, self.minutes())];
        }
        let inner = RollupStep::Hour.first_minute(hours.start)..RollupStep::Hour.first_minute(hours.end);
        let ends = [self.from..inner.start, inner.end..self.to];
        let ends = ends.into_iter().filter(|end| !end.is_empty());
        ends.map(|end| (RollupStep::Minute, end)).chain([(RollupStep::Hour, hours)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn of(since: &str, until: &str) -> RollupRange {
        RollupRange::of(at(since), at(until), at("2026-11-30T21:00:00Z"))
    }

    #[test]
    fn its_ends_are_whole_minutes_and_long_ago_whole_hours() {
        let recent = of("2026-11-30T10:04:59Z", "2026-11-30T12:00:01Z");
        assert_eq!(
            (recent.since(), recent.until()),
            (at("2026-11-30T10:04:00Z"), at("2026-11-30T12:01:00Z"))
        );
        let exact = of("2026-11-30T10:04:00Z", "2026-11-30T12:00:00Z");
        assert_eq!((exact.since(), exact.until()), (at("2026-11-30T10:04:00Z"), at("2026-11-30T12:00:00Z")));
        let old = of("2026-11-20T10:04:59Z", "2026-11-20T12:00:01Z");
        assert_eq!((old.since(), old.until()), (at("2026-11-20T10:00:00Z"), at("2026-11-20T13:00:00Z")));
        let edge = of("2026-11-28T20:59:00Z", "2026-11-28T21:01:00Z");
        assert_eq!((edge.since(), edge.until()), (at("2026-11-28T20:00:00Z"), at("2026-11-28T21:01:00Z")));
        let reversed = of("2026-11-30T12:00:00Z", "2026-11-30T10:00:00Z");
        assert!(reversed.minutes().is_empty());
        assert!(RollupRange::of(Timestamp::MIN, Timestamp::MAX, Timestamp::MAX).minutes().start == 0);
    }

    #[test]
    fn its_pieces_have_each_minute_once() {
        for (from, to) in [(0, 0), (5, 9), (5, 60), (60, 120), (59, 61), (7, 185), (0, 61), (120, 121)] {
            let range = RollupRange { from, to };
            let mut minutes: Vec<u32> = range
                .pieces()
                .into_iter()
                .flat_map(|(step, piece)| step.first_minute(piece.start)..step.first_minute(piece.end))
                .collect();
            minutes.sort_unstable();
            assert_eq!(minutes, range.minutes().collect::<Vec<_>>(), "{from} to {to}");
        }
        assert_eq!(RollupRange { from: 7, to: 185 }.pieces().len(), 3, "hours where there are whole ones");
    }
}
