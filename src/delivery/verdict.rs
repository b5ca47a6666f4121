//! What an attempt's end means: done, given up, or tried again and when.

use std::time::Duration;

use jiff::Timestamp;

use crate::profile::RetryPolicy;

use super::record::{Failure, Next};

/// The most that `Retry-After` can put off the next try (facts, section 3).
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// The state after try `n` (1 being the first) ended at `now`.
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
            Next::Retry(now + Duration::from_secs(wait_s).max(floor))
        }
        _ => Next::Failed,
    }
}

/// Reads `Retry-After`: seconds, or a date.
#[must_use]
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(date.duration_since(now).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::ErrorClass;
    use crate::profile::Backoff;

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
    fn retry_after_is_a_floor_and_has_a_ceiling() {
        let policy = RetryPolicy::new(1, 10, 1000, Backoff::Fixed);
        let failed = failure(ErrorClass::Status);
        let at = |s| next(policy, 1, Some(&failed), Some(Duration::from_secs(s)), NOW);
        let later = |s| Next::Retry(NOW + Duration::from_secs(s));
        assert_eq!(at(3), later(10));
        assert_eq!(at(30), later(30));
        assert_eq!(at(86_400), later(3600));
    }

    #[test]
    fn what_can_never_succeed_fails_at_once() {
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
        assert_eq!(retry_after("soon", NOW), None);
    }
}
