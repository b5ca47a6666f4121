//! Times on the command line: `2h` ago, or a date and time.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// A time that a person has typed, not yet turned into one: `2h` is from when the command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// So long ago.
    Ago(SignedDuration),
    /// Then.
    At(Timestamp),
}

impl Time {
    /// The time, as of `now`.
    #[must_use]
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(long) => now.checked_sub(long).unwrap_or(Timestamp::MIN),
            Self::At(time) => time,
        }
    }
}

/// Reads a length of time such as `90s`, `2h 30m`, `30d` or `1w`; a day has 24 hours.
///
/// # Errors
/// A sentence about what can be written.
pub fn long(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("'{text}' is no length of time: write 90s, 30m, 2h, 7d or 4w");
    let span: Span = text.parse().map_err(|_| wrong())?;
    let long = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if long.is_negative() { Err(wrong()) } else { Ok(long) }
}

/// Reads a length of time, which is so long ago; or a time as RFC 3339 has it. Without a time zone it
/// is UTC, as the log tells it; without a time of day, midnight.
///
/// # Errors
/// A sentence about what can be written.
pub fn time(text: &str) -> Result<Time, String> {
    if let Ok(long) = long(text) {
        return Ok(Time::Ago(long));
    }
    let plain = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    let at = text.parse::<Timestamp>().ok().or_else(plain);
    at.map(Time::At).ok_or_else(|| {
        format!("'{text}' is no time: write 2h or 7d (ago), 2025-04-17, or 2025-04-17T14:02:10Z")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_so_long_ago() {
        let now: Timestamp = "2025-04-17T14:00:00Z".parse().unwrap();
        let from = |text: &str| time(text).unwrap().from(now).to_string();
        assert_eq!(from("2h"), "2025-04-17T12:00:00Z");
        assert_eq!(from("1h 30m"), "2025-04-17T12:30:00Z");
        assert_eq!(from("2w"), "2025-04-03T14:00:00Z");
        assert_eq!(from("0s"), "2025-04-17T14:00:00Z");
        assert_eq!(from("7000000d"), Timestamp::MIN.to_string());
    }

    #[test]
    fn a_time_is_utc_unless_it_says_where() {
        let now = Timestamp::now();
        let from = |text: &str| time(text).unwrap().from(now).to_string();
        assert_eq!(from("2025-04-17T14:02:10+05:30"), "2025-04-17T08:32:10Z");
        assert_eq!(from("2025-04-17 14:02"), "2025-04-17T14:02:00Z");
        assert_eq!(from("2025-04-17"), "2025-04-17T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_says_what_is() {
        for bad in ["", "yesterday", "1mo", "-2h", "2h ago", "14:02"] {
            let said = time(bad);
            assert!(said.as_ref().is_err_and(|why| why.contains("write 2h")), "{bad}: {said:?}");
        }
        assert!(long("2025-04-17").is_err());
    }
}
