//! How fast the deliveries of a profile are sent.

use std::fmt;
use std::time::Duration;

use serde_json::{Number, Value};

/// How fast the deliveries of a profile are sent, within what its endpoint's slots allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pacing {
    /// The most attempts in flight, of all senders together; none for no limit of its own.
    pub max_in_flight: Option<u32>,
    /// The most attempts per second, of all senders together; none for no limit.
    pub rate_limit: Option<RateLimit>,
    /// Events are sent one at a time in the order of acceptance, and one that waits for a retry holds the rest.
    pub ordered: bool,
}

impl Pacing {
    /// The least and the most that `max_in_flight` can be: an endpoint has no more slots.
    pub const MAX_IN_FLIGHT: (u32, u32) = (1, 16);

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }
}

/// Attempts per second, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit(u32);

impl RateLimit {
    /// The highest rate, per second. The lowest is one in a thousand seconds.
    pub const MOST: u32 = 10_000;

    /// Parses a decimal number, such as `20` or `0.5`.
    ///
    /// # Errors
    /// The sentence to show beside the field.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wanted =
            || format!("a number from 0.001 to {}, such as 20 or 0.5 (per second), or nothing", Self::MOST);
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(part) {
            return Err(wanted());
        }
        let part = part.trim_end_matches('0');
        if part.len() > 3 {
            return Err("three decimals at most".to_owned());
        }
        let thousandths = format!("{whole}{part:0<3}").parse::<u32>().map_err(|_| wanted())?;
        if (1..=Self::MOST * 1000).contains(&thousandths) { Ok(Self(thousandths)) } else { Err(wanted()) }
    }

    /// The time from one attempt to the next.
    #[must_use]
    pub fn interval(self) -> Duration {
        Duration::from_secs(1000) / self.0
    }

    /// As a JSON number.
    #[must_use]
    pub fn json(self) -> Value {
        if self.0.is_multiple_of(1000) {
            return (self.0 / 1000).into();
        }
        Number::from_f64(f64::from(self.0) / 1000.0).map_or(Value::Null, Value::Number)
    }
}

/// As it is typed: `20`, `0.5`.
impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1000, self.0 % 1000);
        if part == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{part:03}").trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_decimal_numbers() {
        for (text, shown, json, interval_us) in [
            ("20", "20", "20", 50_000),
            ("0.5", "0.5", "0.5", 2_000_000),
            ("0.50000", "0.5", "0.5", 2_000_000),
            ("5.0", "5", "5", 200_000),
            ("0.001", "0.001", "0.001", 1_000_000_000),
            ("12.125", "12.125", "12.125", 82_474),
            ("10000", "10000", "10000", 100),
        ] {
            let rate = RateLimit::parse(text).unwrap();
            assert_eq!((rate.to_string(), rate.json().to_string()), (shown.to_owned(), json.to_owned()));
            assert_eq!(rate.interval().as_micros(), interval_us, "{text}");
            assert_eq!(RateLimit::parse(shown), Ok(rate));
        }
        for bad in [
            "",
            "0",
            "0.0",
            "0.0005",
            "10000.001",
            "-1",
            "+1",
            "1e3",
            ".5",
            "5.",
            "1,5",
            "ten",
            "99999999999",
        ] {
            assert!(RateLimit::parse(bad).is_err(), "{bad}");
        }
    }
}
