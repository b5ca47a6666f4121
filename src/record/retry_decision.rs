//! Decides what follows an attempt: delivered, failed, or when to retry.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock;
use crate::profile::RetryPolicy;
use crate::record::{Failure, Next};

/// The longest that `Retry-After` can delay a retry (our decision).
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// A delivery that is sent as a probe fails with this attempt, whatever the attempts before were (our decision): three
/// weeks of half hours.
const MOST_ATTEMPTS_OF_PROBE: u32 = 1000;

/// The state after attempt `n` (from 1) ended at `now`.
#[must_use]
pub fn next(
    policy: RetryPolicy,
    n: u32,
    failure: Option<&Failure>,
    retry_after: Option<Duration>,
    now: Timestamp,
) -> Next {
    let Some(failure) = failure else { return Next::Delivered };
    let made = u8::try_from(n.saturating_sub(1)).unwrap_or(u8::MAX);
    match policy.wait_after(made) {
        Some(wait_s) if failure.class.is_retried() => {
            let floor = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
            Next::Retry(clock::later(now, Duration::from_secs(wait_s).max(floor)))
        }
        _ => Next::Failed,
    }
}

/// The state after a probe: a failed one stays pending, and is due as before, once its profile is enabled. A delivery
/// still has a limited number of attempts: this is the `n`th.
#[must_use]
pub fn next_of_probe(n: u32, failure: Option<&Failure>, now: Timestamp) -> Next {
    match failure {
        None => Next::Delivered,
        Some(failure) if failure.class.is_retried() && n < MOST_ATTEMPTS_OF_PROBE => Next::Retry(now),
        Some(_) => Next::Failed,
    }
}

/// The longest wait after attempt `n` (from 1) under this policy: its own wait, or the longest that a `Retry-After`
/// can ask for.
#[must_use]
pub fn longest_wait(policy: RetryPolicy, n: u32) -> Duration {
    own_wait(policy, n).max(LONGEST_RETRY_AFTER)
}

/// The wait after attempt `n` (from 1) if the response does not ask for one.
#[must_use]
pub fn own_wait(policy: RetryPolicy, n: u32) -> Duration {
    let made = u8::try_from(n.saturating_sub(1)).unwrap_or(u8::MAX);
    Duration::from_secs(policy.delay_s(made))
}

/// Parses `Retry-After`: seconds, or a date in one of the three forms of RFC 9110, section 5.6.7. More than an hour
/// counts as an hour, a date in the past as none.
#[must_use]
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let requested = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than the type can hold: longer than any limit.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        date(value, now)?
    };
    Some(requested.min(LONGEST_RETRY_AFTER))
}

/// The time until a date.
fn date(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(date) = httpdate::parse_http_date(value) {
        return Some(date.duration_since(now.into()).unwrap_or_default());
    }
    // Time zones other than GMT, which are used in mail and sent by some servers.
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(date.duration_since(now).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Backoff;
    use crate::record::ErrorClass;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn failure(class: ErrorClass) -> Failure {
        Failure { class, message: String::new() }
    }

    #[test]
    fn retries_until_the_last() {
        let policy = RetryPolicy::new(2, 10, 1000, Backoff::Exponential);
        let failed = failure(ErrorClass::Status);
        let at = |n, after| next(policy, n, Some(&failed), after, NOW);
        let later = |s| Next::Retry(NOW + Duration::from_secs(s));
        assert_eq!(at(1, None), later(10));
        assert_eq!(at(2, None), later(20));
        assert_eq!(at(3, None), Next::Failed);
        assert_eq!(next(policy, 1, None, None, NOW), Next::Delivered);
    }

    #[test]
    fn retry_after_is_a_minimum_with_a_limit() {
        let policy = RetryPolicy::new(1, 10, 1000, Backoff::Fixed);
        let failed = failure(ErrorClass::Status);
        let at = |s| next(policy, 1, Some(&failed), Some(Duration::from_secs(s)), NOW);
        let later = |s| Next::Retry(NOW + Duration::from_secs(s));
        assert_eq!(at(3), later(10));
        assert_eq!(at(30), later(30));
        assert_eq!(at(86_400), later(3600));
    }

    #[test]
    fn the_longest_wait_is_the_own_one_or_the_limit_of_retry_after() {
        let longest = |interval_s, n| {
            longest_wait(RetryPolicy::new(2, interval_s, 1000, Backoff::Exponential), n).as_secs()
        };
        assert_eq!((longest(5, 1), longest(5, 2)), (3600, 3600));
        assert_eq!((longest(3000, 1), longest(3000, 2)), (3600, 6000));
    }

    #[test]
    fn a_clock_at_its_limit_does_not_panic() {
        let policy = RetryPolicy::new(2, 86_400, 1000, Backoff::Exponential);
        let failed = failure(ErrorClass::Status);
        let next = next(policy, 1, Some(&failed), None, Timestamp::MAX);
        assert_eq!(next, Next::Retry(Timestamp::MAX));
    }

    #[test]
    fn a_failed_probe_stays_pending_unless_it_can_never_succeed() {
        let failed = failure(ErrorClass::Status);
        assert_eq!(next_of_probe(1, None, NOW), Next::Delivered);
        assert_eq!(next_of_probe(1, Some(&failed), NOW), Next::Retry(NOW));
        assert_eq!(next_of_probe(999, Some(&failed), NOW), Next::Retry(NOW));
        assert_eq!(next_of_probe(1000, Some(&failed), NOW), Next::Failed);
        assert_eq!(next_of_probe(1, Some(&failure(ErrorClass::Request)), NOW), Next::Failed);
    }

    #[test]
    fn permanent_errors_fail_at_once() {
        let policy = RetryPolicy::new(2, 10, 1000, Backoff::Fixed);
        for class in [ErrorClass::RefusedAddress, ErrorClass::Request] {
            assert_eq!(next(policy, 1, Some(&failure(class)), None, NOW), Next::Failed);
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after(" 120 ", NOW), Some(Duration::from_mins(2)));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", NOW), Some(Duration::from_mins(1)));
        assert_eq!(retry_after("Wed, 31 Dec 1969 23:00:00 GMT", NOW), Some(Duration::ZERO));
        for date in [
            "Thu, 01 Jan 1970 00:01:00 GMT",
            "Thursday, 01-Jan-70 00:01:00 GMT",
            "Thu Jan  1 00:01:00 1970",
            "Thu, 01 Jan 1970 01:01:00 +0100",
        ] {
            assert_eq!(retry_after(date, NOW), Some(Duration::from_mins(1)), "{date}");
        }
        for long in [
            "86400",
            "99999999999999999999",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "Friday, 31-Dec-49 23:59:59 GMT",
            "Fri Dec 31 23:59:59 9999",
        ] {
            assert_eq!(retry_after(long, NOW), Some(LONGEST_RETRY_AFTER), "{long}");
        }
        let later: Timestamp = "2026-11-29T12:00:00Z".parse().unwrap();
        for past in ["0", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(retry_after(past, later), Some(Duration::ZERO), "{past}");
        }
        for nothing in ["soon", "", "-1", "1.5", "+5"] {
            assert_eq!(retry_after(nothing, NOW), None, "{nothing}");
        }
    }
}
