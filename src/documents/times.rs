//! Times that people give: `2h` ago, or a date and time.

use jiff::civil::{DateTime, Weekday};
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Disambiguation, TimeZone};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, Zoned};

use crate::clock;

/// A day by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// The current one.
    Today,
    /// The one before.
    Yesterday,
    /// The last one of this name: today, if it is one.
    Last(Weekday),
}

impl Day {
    fn read(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "today" => Self::Today,
            "yesterday" => Self::Yesterday,
            "monday" => Self::Last(Weekday::Monday),
            "tuesday" => Self::Last(Weekday::Tuesday),
            "wednesday" => Self::Last(Weekday::Wednesday),
            "thursday" => Self::Last(Weekday::Thursday),
            "friday" => Self::Last(Weekday::Friday),
            "saturday" => Self::Last(Weekday::Saturday),
            "sunday" => Self::Last(Weekday::Sunday),
            _ => return None,
        })
    }

    /// When it began, as of `now`.
    fn start(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = now.to_zoned(zone.clone());
        let ago = match self {
            Self::Today => 0,
            Self::Yesterday => 1,
            Self::Last(day) => i64::from(day.until(today.weekday())),
        };
        let start =
            today.date().checked_sub(Span::new().days(ago)).and_then(|day| day.to_zoned(zone.clone()));
        // Only at the beginning of time there is none.
        start.map_or(Timestamp::MIN, |start| start.timestamp())
    }
}

/// A typed time, not yet resolved: `2h` is relative to the start of the command or request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenTime {
    /// This long ago.
    Ago(SignedDuration),
    /// At this time.
    At(Timestamp),
    /// At the start of this day, or of the last one with this name.
    StartOf(Day),
    /// At this time, chosen because its zone has the time of day twice, or not at all.
    Chosen(Timestamp),
}

impl GivenTime {
    /// The time, as of `now`, with days in UTC.
    #[must_use]
    pub fn from(self, now: Timestamp) -> Timestamp {
        self.from_in(now, &TimeZone::UTC)
    }

    /// The time, as of `now`, with days in this zone.
    #[must_use]
    pub fn from_in(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Ago(long) => clock::earlier(now, long),
            Self::StartOf(day) => day.start(now, zone),
            Self::At(time) | Self::Chosen(time) => time,
        }
    }

    /// A note for people.
    #[must_use]
    pub fn note(self) -> Option<String> {
        let Self::Chosen(time) = self else { return None };
        Some(format!(
            "this time is ambiguous or skipped in the zone (daylight saving time begins or ends): using {time}; add an offset before the zone, such as +02:00, to choose"
        ))
    }
}

/// Parses a duration such as `90s`, `2h 30m`, `30d` or `1w`; a day has 24 hours.
///
/// # Errors
/// A sentence about the accepted forms.
pub fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("'{text}' is not a duration: use 90s, 30m, 2h, 7d or 4w");
    let span: Span = text.parse().map_err(|_| wrong())?;
    let long = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if long.is_negative() { Err(wrong()) } else { Ok(long) }
}

/// Parses a duration, meaning that long ago; a day (`today`, `yesterday`, `monday`), meaning its start; or an RFC 3339 time, optionally with its zone in brackets (RFC 9557).
/// Without offset and zone it is UTC, as in the log; without a time of day it is midnight.
///
/// # Errors
/// A sentence about the accepted forms.
pub fn given_time(text: &str) -> Result<GivenTime, String> {
    if let Ok(long) = duration(text) {
        return Ok(GivenTime::Ago(long));
    }
    if let Some(day) = Day::read(text) {
        return Ok(GivenTime::StartOf(day));
    }
    if let Some((before, zone)) = text.split_once('[') {
        return in_zone(text, before, zone);
    }
    let plain = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    let at = text.parse::<Timestamp>().ok().or_else(plain);
    at.map(GivenTime::At).ok_or_else(|| no_time(text))
}

fn no_time(text: &str) -> String {
    format!(
        "'{text}' is not a time: use 2h or 7d (ago), today, yesterday or monday, 2025-04-17, or 2025-04-17T14:02:10Z"
    )
}

/// Parses a time with a zone. A time of day that occurs twice means the first occurrence; one that is skipped is
/// moved forward by the gap (jiff's `Disambiguation::Compatible`, as in RFC 5545).
fn in_zone(text: &str, before: &str, zone: &str) -> Result<GivenTime, String> {
    if before.parse::<DateTime>().is_err() && before.parse::<Timestamp>().is_err() {
        return Err(no_time(text));
    }
    let name = zone.split(']').next().unwrap_or(zone).trim_start_matches('!');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('=');
    if is_name && TimeZone::get(name).is_err() {
        let why = if jiff::tz::db().is_definitively_empty() {
            "this machine has no time zone database; use an offset such as +02:00"
        } else {
            "use one such as Europe/Rome, or an offset such as +02:00"
        };
        return Err(format!("unknown time zone '{name}': {why}"));
    }
    let certain = DateTimeParser::new().disambiguation(Disambiguation::Reject);
    match (certain.parse_zoned(text), text.parse::<Zoned>()) {
        (Ok(at), _) => Ok(GivenTime::At(at.timestamp())),
        (Err(_), Ok(at)) => Ok(GivenTime::Chosen(at.timestamp())),
        (Err(_), Err(error)) => Err(format!("'{text}' is not a time: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_means_that_long_ago() {
        let now: Timestamp = "2025-04-17T14:00:00Z".parse().unwrap();
        let from = |text: &str| given_time(text).unwrap().from(now).to_string();
        assert_eq!(from("2h"), "2025-04-17T12:00:00Z");
        assert_eq!(from("1h 30m"), "2025-04-17T12:30:00Z");
        assert_eq!(from("2w"), "2025-04-03T14:00:00Z");
        assert_eq!(from("0s"), "2025-04-17T14:00:00Z");
        assert_eq!(from("7000000d"), Timestamp::MIN.to_string());
    }

    #[test]
    fn a_day_means_its_start() {
        // A Thursday; in Kolkata it is Friday already.
        let now: Timestamp = "2025-04-17T20:00:00Z".parse().unwrap();
        let from = |text: &str| given_time(text).unwrap().from(now).to_string();
        assert_eq!(from("today"), "2025-04-17T00:00:00Z");
        assert_eq!(from("Yesterday"), "2025-04-16T00:00:00Z");
        assert_eq!(from("thursday"), "2025-04-17T00:00:00Z");
        assert_eq!(from("monday"), "2025-04-14T00:00:00Z");
        assert_eq!(from("friday"), "2025-04-11T00:00:00Z");
        let kolkata = TimeZone::fixed(jiff::tz::Offset::from_seconds(19_800).unwrap());
        let there = given_time("friday").unwrap().from_in(now, &kolkata).to_string();
        assert_eq!(there, "2025-04-17T18:30:00Z");
    }

    #[test]
    fn a_time_is_utc_by_default() {
        let now = Timestamp::now();
        let from = |text: &str| given_time(text).unwrap().from(now).to_string();
        assert_eq!(from("2025-04-17T14:02:10+05:30"), "2025-04-17T08:32:10Z");
        assert_eq!(from("2025-04-17 14:02"), "2025-04-17T14:02:00Z");
        assert_eq!(from("2025-04-17"), "2025-04-17T00:00:00Z");
    }

    #[test]
    fn a_zone_in_brackets_is_honoured_or_refused() {
        if TimeZone::get("Europe/Rome").is_err() {
            return;
        }
        let at =
            |text: &str| given_time(text).map(|time| (time.from(Timestamp::now()).to_string(), time.note()));
        let certain = |text: &str| match at(text) {
            Ok((at, None)) => at,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(certain("2026-10-25T02:30+02:00[Europe/Rome]"), "2026-10-25T00:30:00Z");
        assert_eq!(certain("2026-10-25T02:30+01:00[Europe/Rome]"), "2026-10-25T01:30:00Z");
        assert_eq!(certain("2026-10-25T03:30[Europe/Rome]"), "2026-10-25T02:30:00Z");
        assert_eq!(certain("2026-10-25 02:30:10[asia/kolkata]"), "2026-10-24T21:00:10Z");
        assert_eq!(certain("2026-10-25[Europe/Rome]"), "2026-10-24T22:00:00Z");
        assert_eq!(certain("2026-10-25T02:30[+02:00]"), "2026-10-25T00:30:00Z");
        assert_eq!(certain("2026-10-25T02:30Z[UTC]"), "2026-10-25T02:30:00Z");
        // Twice, and not at all.
        for (text, chosen) in [
            ("2026-10-25T02:30[Europe/Rome]", "2026-10-25T00:30:00Z"),
            ("2026-03-29T02:30[Europe/Rome]", "2026-03-29T01:30:00Z"),
        ] {
            let (at, note) = at(text).unwrap();
            assert_eq!(at, chosen);
            assert!(note.is_some_and(|note| note.contains(chosen)), "{text}");
        }
        let refused = |text: &str| at(text).unwrap_err();
        assert!(refused("2026-10-25T02:30[Mars/Olympus]").starts_with("unknown time zone 'Mars/Olympus'"));
        assert!(refused("2026-10-25T02:30Z[Mars/Olympus]").starts_with("unknown time zone 'Mars/Olympus'"));
        assert!(refused("2026-10-25T02:30+05:00[Europe/Rome]").contains("+05"), "not an offset of Rome");
        for bad in ["2026-10-25T02:30[Europe/Rome", "2026-10-25T02:30[]", "[Europe/Rome]", "2h[Europe/Rome]"]
        {
            assert!(at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_invalid_time_lists_the_valid_forms() {
        for bad in ["", "tomorrow", "mon", "1mo", "-2h", "2h ago", "14:02"] {
            let message = given_time(bad);
            assert!(message.as_ref().is_err_and(|why| why.contains("use 2h")), "{bad}: {message:?}");
        }
        assert!(duration("2025-04-17").is_err());
    }
}
