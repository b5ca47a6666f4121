//! Times in a zone, with their offset if they are ambiguous without it.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A time in a zone, in a `strftime` format. In an hour that occurs twice, when summer time ends, the offset is
/// added: `02:30:10+02`, and an hour later `02:30:10+01`.
#[must_use]
pub fn format_in_zone(at: Timestamp, zone: &TimeZone, form: &str) -> String {
    let mut text = at.to_zoned(zone.clone()).strftime(form).to_string();
    if is_repeated(at, zone) {
        text += &at.to_zoned(zone.clone()).strftime("%:::z").to_string();
    }
    text
}

/// Appends the time of day in UTC, such as `14:02:10`.
pub fn push_utc_time_of_day(out: &mut String, at: Timestamp) {
    let seconds = at.as_second().rem_euclid(24 * 60 * 60);
    for (before, number) in [("", seconds / 3600), (":", seconds / 60 % 60), (":", seconds % 60)] {
        out.push_str(before);
        out.extend([number / 10, number % 10].into_iter().filter_map(digit));
    }
}

fn digit(number: i64) -> Option<char> {
    char::from_digit(u32::try_from(number).ok()?, 10)
}

/// Whether the date and time of day occur twice in the zone.
#[must_use]
pub fn is_repeated(at: Timestamp, zone: &TimeZone) -> bool {
    let offset = zone.to_ambiguous_timestamp(zone.to_datetime(at)).offset();
    matches!(offset, AmbiguousOffset::Fold { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_zone(zone: &str, at: &str) -> String {
        format_in_zone(at.parse().unwrap(), &TimeZone::posix(zone).unwrap(), "%H:%M:%S")
    }

    #[test]
    fn the_time_of_day_equals_strftime() {
        for second in [0, 1, 86_399, 86_400, -1, 1_764_486_130] {
            let at = Timestamp::from_second(second).unwrap();
            let mut time = String::new();
            push_utc_time_of_day(&mut time, at);
            assert_eq!(time, at.strftime("%H:%M:%S").to_string());
        }
    }

    #[test]
    fn a_repeated_hour_has_its_offset() {
        let rome = |at| in_zone("CET-1CEST,M3.5.0,M10.5.0/3", at);
        assert_eq!(rome("2026-10-24T23:59:59Z"), "01:59:59");
        assert_eq!(rome("2026-10-25T00:30:10Z"), "02:30:10+02");
        assert_eq!(rome("2026-10-25T01:30:10Z"), "02:30:10+01");
        assert_eq!(rome("2026-10-25T02:00:00Z"), "03:00:00");
        // A change by half an hour, and offsets of half hours.
        let lord_howe = |at| in_zone("LHST-10:30LHDT-11,M10.1.0,M4.1.0", at);
        assert_eq!(lord_howe("2026-04-04T14:45:00Z"), "01:45:00+11");
        assert_eq!(lord_howe("2026-04-04T15:15:00Z"), "01:45:00+10:30");
        assert_eq!(lord_howe("2026-04-04T14:15:00Z"), "01:15:00");
        assert_eq!(in_zone("UTC0", "2026-10-25T01:30:10Z"), "01:30:10");
    }
}
