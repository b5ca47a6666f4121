//! Timestamps as programs read them.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

/// The only form in which a timestamp is printed in JSON and CSV. Always three digits: texts of one length sort by time,
/// and a program may take them apart with one format.
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// A timestamp in RFC 3339, in UTC and with milliseconds, such as `2025-04-17T13:05:20.250Z`. Stores keep milliseconds:
/// what is finer is cut off.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    PRINTER.timestamp_to_string(&at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_milliseconds_whatever_it_is() {
        for (ns, text) in [
            (1_744_895_120_000_000_000, "2025-04-17T13:05:20.000Z"),
            (1_744_895_120_250_000_000, "2025-04-17T13:05:20.250Z"),
            (1_744_895_120_250_999_999, "2025-04-17T13:05:20.250Z"),
            (1_744_895_120_000_000_001, "2025-04-17T13:05:20.000Z"),
            (0, "1970-01-01T00:00:00.000Z"),
        ] {
            let at = Timestamp::from_nanosecond(ns).unwrap();
            assert_eq!(rfc3339(at), text);
            assert_eq!(text.parse::<Timestamp>().unwrap().as_millisecond(), at.as_millisecond());
        }
    }
}
