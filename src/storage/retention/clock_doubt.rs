//! Whether the clock is trusted for removing by age: a wrong removal cannot be undone.
//!
//! A machine may start with a clock that is a year ahead, and be corrected a minute later. The database remembers a
//! time at which the clock was right; a clock far ahead of that removes nothing until it has run for a day, or until
//! a person prunes.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::clock;

/// A clock this far ahead of the last seen time is doubted (our decision).
const FAR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A doubted clock that has run for this long is trusted (our decision).
const CONFIRMED: SignedDuration = SignedDuration::from_hours(24);

/// The seen time is updated when it is this old: writing wakes all watchers of the file.
const RENEWED: SignedDuration = SignedDuration::from_hours(24);

/// The clock is far ahead of the times in the database: nothing is removed by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockDoubt {
    /// The last time of any known activity.
    pub seen: Timestamp,
    /// When the clock becomes trusted, if it keeps running.
    pub until: Timestamp,
}

impl fmt::Display for ClockDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC");
        write!(
            f,
            "the clock is far ahead of the last activity ({}): nothing is removed by age before {}; if the \
             clock is right, `ringback deliveries prune --trust-clock` removes it now",
            second(self.seen),
            second(self.until)
        )
    }
}

/// The remembered state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockMemory {
    /// A time at which the clock was right.
    pub seen: Timestamp,
    /// Since when the clock has been doubted.
    pub doubted: Option<Timestamp>,
}

impl ClockMemory {
    /// The clock is right at `now`.
    #[must_use]
    pub fn certain(now: Timestamp) -> Self {
        Self { seen: now, doubted: None }
    }

    /// The state to remember for a clock that shows `now`, and why it is doubted.
    #[must_use]
    pub fn judge(self, now: Timestamp) -> (Self, Option<ClockDoubt>) {
        if now.duration_since(self.seen) <= FAR {
            let stale = now.duration_since(self.seen).abs() >= RENEWED;
            let seen = if stale { now } else { self.seen };
            return (Self { seen, doubted: None }, None);
        }
        let since = self.doubted.filter(|since| *since <= now).unwrap_or(now);
        if now.duration_since(since) >= CONFIRMED {
            return (Self::certain(now), None);
        }
        let until = clock::later(since, CONFIRMED);
        (Self { doubted: Some(since), ..self }, Some(ClockDoubt { seen: self.seen, until }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap()
    }

    #[test]
    fn a_clock_that_goes_on_is_trusted() {
        let mut remembered = ClockMemory::certain(day(0));
        for n in 0..100 {
            let (next, doubt) = remembered.judge(day(n * 6));
            assert_eq!((next.seen, doubt), (day(n * 6), None));
            remembered = next;
        }
        let soon = day(594) + SignedDuration::from_hours(5);
        assert_eq!(remembered.judge(soon), (remembered, None), "not worth a write");
    }

    #[test]
    fn a_clock_far_ahead_is_doubted_until_it_has_run_on_for_a_day_or_is_set_right() {
        let (doubting, doubt) = ClockMemory::certain(day(0)).judge(day(400));
        assert_eq!(doubt, Some(ClockDoubt { seen: day(0), until: day(401) }));
        let later = day(400) + SignedDuration::from_hours(23);
        assert_eq!(doubting.judge(later), (doubting, doubt), "since the same time");
        assert_eq!(doubting.judge(day(401)), (ClockMemory::certain(day(401)), None));
        assert_eq!(doubting.judge(day(1)), (ClockMemory::certain(day(1)), None), "it was set right");
        // Another wrong time, without a day in between.
        let (again, doubt) = doubting.judge(day(300));
        assert_eq!((again.doubted, doubt.unwrap().until), (Some(day(300)), day(301)));
    }

    #[test]
    fn a_clock_that_is_set_back_is_taken_as_it_is() {
        let (remembered, doubt) = ClockMemory::certain(day(400)).judge(day(0));
        assert_eq!((remembered, doubt), (ClockMemory::certain(day(0)), None));
    }
}
