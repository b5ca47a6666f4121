//! Numbers for people.

use std::fmt::Write as _;

/// A number with a blank between thousands: `1 204`.
#[must_use]
pub fn group_digits(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A rate from 0 to 1 as a percentage, such as `99.7 %`. Never 100 % unless it is all, and never 0 % unless it is
/// nothing.
#[must_use]
pub fn percent(rate: f64) -> String {
    let shown = match (rate * 1000.0).round() {
        shown if shown >= 1000.0 && rate < 1.0 => 999.0,
        shown if shown < 1.0 && rate > 0.0 => 1.0,
        shown => shown,
    };
    format!("{:.1} %", shown / 10.0)
}

/// The same in at most four columns: `99%`. Never 100 % unless it is all, and never 0 % unless it is nothing.
#[must_use]
pub fn whole_percent(rate: f64) -> String {
    let shown = (rate * 100.0).round();
    let shown = match rate {
        rate if rate >= 1.0 || rate <= 0.0 => shown,
        _ => shown.clamp(1.0, 99.0),
    };
    format!("{shown:.0}%")
}

/// A duration in milliseconds, such as `84 ms`; less than one is never shown as zero.
#[must_use]
pub fn millis(ms: u64) -> String {
    let mut out = String::new();
    push_millis(&mut out, ms);
    out
}

/// Appends a duration as [`millis`] returns it.
pub fn push_millis(out: &mut String, ms: u64) {
    if ms == 0 {
        return out.push_str("<1 ms");
    }
    // Writing to a string cannot fail.
    let _ = write!(out, "{ms} ms");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_durations_are_never_zero() {
        assert_eq!([0, 1, 84].map(millis), ["<1 ms", "1 ms", "84 ms"]);
    }

    #[test]
    fn a_percentage_hides_no_failure() {
        let all = [0.0, 0.000_01, 0.5, 0.999_4, 0.999_96, 1.0].map(percent);
        assert_eq!(all, ["0.0 %", "0.1 %", "50.0 %", "99.9 %", "99.9 %", "100.0 %"]);
        let all = [0.0, 0.000_01, 0.5, 0.999_4, 0.999_96, 1.0].map(whole_percent);
        assert_eq!(all, ["0%", "1%", "50%", "99%", "99%", "100%"]);
    }

    #[test]
    fn thousands_are_separated() {
        let all = [0, 999, 1_204, 100_000, 1_234_567].map(group_digits);
        assert_eq!(all, ["0", "999", "1 204", "100 000", "1 234 567"]);
    }
}
