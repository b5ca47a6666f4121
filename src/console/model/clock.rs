//! Times for people: as the time of day or as an age, in UTC or in this machine's zone.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::settings::Zone;
use crate::text::time::{format_in_zone, is_repeated};

/// How times are shown.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    /// The zone's name, where it has one: `Asia/Kolkata`.
    name: Option<String>,
    /// Whether lists show ages rather than times.
    ages: bool,
}

/// The columns of a time of day.
const TIME: usize = 8;

/// The columns of a day and a time, and of an age.
const WIDE: usize = 12;

impl Clock {
    /// A clock of the configured zone.
    #[must_use]
    pub fn of(zone: Zone) -> Self {
        match zone {
            Zone::Utc => Self::in_zone(TimeZone::UTC),
            Zone::Local => Self::in_zone(TimeZone::system()),
        }
    }

    /// A clock of this zone.
    #[must_use]
    pub fn in_zone(zone: TimeZone) -> Self {
        let name = zone.iana_name().filter(|_| zone != TimeZone::UTC).map(str::to_owned);
        Self { zone, name, ages: false }
    }

    /// Whether lists show ages.
    #[must_use]
    pub fn shows_ages(&self) -> bool {
        self.ages
    }

    /// Switches lists between ages and times.
    pub fn turn(&mut self) {
        self.ages = !self.ages;
    }

    /// The zone in which times are shown.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The time of day: `14:02:10`, or `02:30:10+02` in an hour that occurs twice in the zone.
    #[must_use]
    pub fn of_day(&self, at: Timestamp) -> String {
        format_in_zone(at, &self.zone, "%H:%M:%S")
    }

    /// The time of day, with the date if it is not today's: `14:02`, `2025-04-16 14:02`.
    #[must_use]
    pub fn to_the_minute(&self, at: Timestamp, now: Timestamp) -> String {
        format_in_zone(at, &self.zone, if self.is_today(at, now) { "%H:%M" } else { "%Y-%m-%d %H:%M" })
    }

    /// Day, time and zone: `2025-04-17 14:02:10.084 UTC`, `2025-04-17 19:32:10.084 +05:30 Asia/Kolkata`.
    #[must_use]
    pub fn in_full(&self, at: Timestamp) -> String {
        match (&self.name, self.zone == TimeZone::UTC) {
            (_, true) => self.formed(at, "%Y-%m-%d %H:%M:%S%.3f UTC"),
            (Some(name), _) => format!("{} {name}", self.formed(at, "%Y-%m-%d %H:%M:%S%.3f %:z")),
            (None, _) => self.formed(at, "%Y-%m-%d %H:%M:%S%.3f %:z"),
        }
    }

    /// Date and time to the second, with the zone, for what is counted in whole minutes.
    #[must_use]
    pub fn seconds_in_full(&self, at: Timestamp) -> String {
        let zone = if self.zone == TimeZone::UTC { "UTC" } else { "%:z" };
        self.formed(at, &format!("%Y-%m-%d %H:%M:%S {zone}"))
    }

    /// Date and time in a form that can be searched for: `2025-04-17T14:02:10`.
    #[must_use]
    pub fn sortable(&self, at: Timestamp) -> String {
        self.formed(at, "%Y-%m-%dT%H:%M:%S")
    }

    /// For a list, as wide as [`Clock::columns`] says: today's as the time of day, others with the date; or the age.
    #[must_use]
    pub fn in_list(&self, at: Timestamp, now: Timestamp) -> String {
        if self.ages {
            age(at, now)
        } else if self.is_today(at, now) {
            self.of_day(at)
        } else if self.formed(at, "%Y") == self.formed(now, "%Y") {
            format_in_zone(at, &self.zone, "%e %b %H:%M")
        } else {
            self.formed(at, "%e %b %Y")
        }
    }

    /// The columns that these times take in a list.
    pub fn columns(&self, times: impl IntoIterator<Item = Timestamp>, now: Timestamp) -> usize {
        if self.ages {
            return WIDE;
        }
        let columns = |at| {
            let usual = if self.is_today(at, now) { TIME } else { WIDE };
            if is_repeated(at, &self.zone) { usual.max(self.in_list(at, now).len()) } else { usual }
        };
        times.into_iter().map(columns).max().unwrap_or(TIME)
    }

    /// Whether a time is on the day of now, in this zone.
    #[must_use]
    pub fn is_today(&self, at: Timestamp, now: Timestamp) -> bool {
        self.zone.to_datetime(at).date() == self.zone.to_datetime(now).date()
    }

    fn formed(&self, at: Timestamp, form: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(form).to_string()
    }
}

const MINUTE: u64 = 60;

const HOUR: u64 = 60 * MINUTE;

const DAY: u64 = 24 * HOUR;

/// How long ago something was: `just now`, `3 min ago`, `2 h ago`, `5 days ago`.
#[must_use]
pub fn age(at: Timestamp, now: Timestamp) -> String {
    match millis(at, now) / 1000 {
        0..MINUTE => "just now".to_owned(),
        s @ MINUTE..HOUR => format!("{} min ago", s / MINUTE),
        s @ HOUR..DAY => format!("{} h ago", s / HOUR),
        s if s < 2 * DAY => "1 day ago".to_owned(),
        s => format!("{} days ago", s / DAY),
    }
}

/// How long an age stays true.
#[must_use]
pub fn age_lasts(at: Timestamp, now: Timestamp) -> Duration {
    let spent = millis(at, now);
    let unit = match spent / 1000 {
        0..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    };
    Duration::from_millis(unit * 1000 - spent % (unit * 1000))
}

fn millis(at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.as_millisecond() - at.as_millisecond()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn kolkata() -> Clock {
        Clock::in_zone(TimeZone::get("Asia/Kolkata").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(5))))
    }

    #[test]
    fn a_time_in_full_names_its_zone() {
        let at = time("2025-04-17T14:02:10.084Z");
        assert_eq!(Clock::of(Zone::Utc).in_full(at), "2025-04-17 14:02:10.084 UTC");
        let clock = Clock::in_zone(TimeZone::posix("IST-5:30").unwrap());
        assert_eq!(clock.in_full(at), "2025-04-17 19:32:10.084 +05:30");
        assert_eq!(clock.of_day(at), "19:32:10");
        let clock = kolkata();
        if clock.name.is_some() {
            assert_eq!(clock.in_full(at), "2025-04-17 19:32:10.084 +05:30 Asia/Kolkata");
        }
    }

    #[test]
    fn times_on_other_days_show_the_date() {
        let utc = Clock::of(Zone::Utc);
        let now = time("2025-04-17T00:30:00Z");
        assert_eq!(utc.in_list(time("2025-04-17T00:02:10Z"), now), "00:02:10");
        assert_eq!(utc.in_list(time("2025-04-16T23:02:10Z"), now), "16 Apr 23:02");
        assert_eq!(utc.in_list(time("2025-04-05T23:02:10Z"), now), " 5 Apr 23:02");
        assert_eq!(utc.in_list(time("2024-12-31T23:02:10Z"), now), "31 Dec 2024");
        // If it is seven in the morning, ten at night was yesterday, but half past one was not.
        let clock = Clock::in_zone(TimeZone::posix("IST-5:30").unwrap());
        assert_eq!(clock.in_list(time("2025-04-16T20:00:00Z"), now), "01:30:00");
        assert_eq!(clock.in_list(time("2025-04-16T16:30:00Z"), now), "16 Apr 22:00");
        let today = [now, time("2025-04-17T00:02:10Z")];
        assert_eq!((utc.columns(today, now), utc.columns([time("2025-04-16T23:00:00Z")], now)), (8, 12));
    }

    #[test]
    fn a_repeated_hour_shows_its_offset() {
        let clock = Clock::in_zone(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap());
        let [first, second] = [time("2026-10-25T00:30:10Z"), time("2026-10-25T01:30:10Z")];
        let (today, later) = (time("2026-10-25T08:00:00Z"), time("2026-10-26T08:00:00Z"));
        assert_eq!(clock.in_list(first, today), "02:30:10+02");
        assert_eq!(clock.in_list(second, today), "02:30:10+01");
        assert_eq!(clock.in_list(first, later), "25 Oct 02:30+02");
        assert_eq!(clock.to_the_minute(first, today), "02:30+02");
        assert_eq!(clock.to_the_minute(second, later), "2026-10-25 02:30+01");
        assert_eq!(clock.in_full(second), "2026-10-25 02:30:10.000 +01:00");
        let next_year = time("2027-02-01T08:00:00Z");
        for (now, columns) in [(today, 11), (later, 15), (next_year, 12)] {
            let widest = [first, second].map(|at| clock.in_list(at, now).len()).into_iter().max();
            assert_eq!((clock.columns([first, second], now), widest), (columns, widest), "{now}");
            assert!(widest <= Some(columns));
        }
    }

    #[test]
    fn ages() {
        let now = time("2025-04-17T14:02:10Z");
        for (at, wanted) in [
            ("2025-04-17T14:02:20Z", "just now"),
            ("2025-04-17T14:01:11Z", "just now"),
            ("2025-04-17T13:59:00Z", "3 min ago"),
            ("2025-04-17T12:02:10Z", "2 h ago"),
            ("2025-04-16T12:02:10Z", "1 day ago"),
            ("2025-04-01T12:02:10Z", "16 days ago"),
        ] {
            assert_eq!(age(time(at), now), wanted);
        }
        let mut clock = Clock::of(Zone::Utc);
        clock.turn();
        assert_eq!(clock.in_list(time("2025-04-17T13:59:00Z"), now), "3 min ago");
    }

    proptest! {
        #[test]
        fn age_lasts_says_how_long_an_age_is_correct(spent in 0i64..400_000_000) {
            let at = time("2025-04-17T14:02:10Z");
            let now = Timestamp::from_millisecond(at.as_millisecond() + spent).unwrap();
            let lasts = age_lasts(at, now);
            prop_assert!(!lasts.is_zero());
            prop_assert_ne!(age(at, now), age(at, now + lasts));
            prop_assert_eq!(age(at, now), age(at, now + lasts - Duration::from_millis(1)));
        }
    }
}
