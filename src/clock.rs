//! The clock on the wall. This is the only place that reads it, and reading it never fails.
//!
//! A machine may say that it is 1969, or the year 12000: a battery is empty, a file system was restored, a
//! test plays with time. Most libraries panic then. `clippy.toml` forbids their own ways to the clock.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, TimestampArithmetic};
use rustix::time::{ClockId, clock_gettime};

/// The first time that is ever reported: ids, HTTP dates and TLS count from here.
const FIRST: Timestamp = Timestamp::UNIX_EPOCH;

/// The last time that is ever reported, 9999-01-01. A year of room is left for what is due later.
const LAST: Timestamp = Timestamp::constant(253_370_764_800, 0);

/// The time. Where the machine's clock is before 1970 or after the year 9998, it runs on from there with
/// the time since the machine was started: waits still end, and processes of one machine agree.
#[must_use]
pub fn now() -> Timestamp {
    within(machine(), up())
}

/// Whether the machine's clock says something that can be true: from 1970 to the year 9998.
#[must_use]
pub fn is_plausible() -> bool {
    edge(machine()).is_none()
}

/// So much later, or the last time there is.
#[must_use]
pub fn later(at: Timestamp, by: impl Into<TimestampArithmetic>) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// So much earlier, or the first time there is.
#[must_use]
pub fn earlier(at: Timestamp, by: impl Into<TimestampArithmetic>) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads it")]
fn machine() -> SystemTime {
    SystemTime::now()
}

/// Time since the machine was started. It is read past the C library, which a test may have replaced.
fn up() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Monotonic)).unwrap_or_default()
}

/// Time since some moment before this process started, sleep of the machine counted, as long as it runs. No
/// one can set it.
#[must_use]
pub fn uptime() -> Duration {
    // Elsewhere the monotonic clock counts sleep.
    #[cfg(target_os = "linux")]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: ClockId = ClockId::Monotonic;
    Duration::try_from(clock_gettime(CLOCK)).unwrap_or_default()
}

fn within(machine: SystemTime, up: Duration) -> Timestamp {
    match edge(machine) {
        Some(edge) => later(edge, up),
        None => Timestamp::try_from(machine).unwrap_or(FIRST),
    }
}

/// The end of the plausible times that a time is beyond.
fn edge(machine: SystemTime) -> Option<Timestamp> {
    if machine < SystemTime::from(FIRST) {
        Some(FIRST)
    } else if machine >= SystemTime::from(LAST) {
        Some(LAST)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Duration = Duration::from_secs(7);

    #[test]
    fn a_plausible_time_is_reported_to_the_nanosecond() {
        for at in [FIRST, Timestamp::constant(1_764_446_400, 123_456_789), LAST - Duration::from_nanos(1)] {
            assert_eq!(within(at.into(), UP), at);
        }
        assert!(is_plausible() && now() >= FIRST && now() < LAST);
    }

    #[test]
    fn beyond_that_time_runs_on_from_the_edge() {
        let (epoch, second) = (SystemTime::UNIX_EPOCH, Duration::from_secs(1));
        let ages = Duration::from_secs(1 << 60);
        for before in [epoch - Duration::from_nanos(1), epoch - second * 86_400, epoch - ages] {
            assert_eq!(within(before, UP), later(FIRST, UP));
        }
        for after in [SystemTime::from(LAST), SystemTime::from(Timestamp::MAX) + second, epoch + ages] {
            assert_eq!(within(after, UP), later(LAST, UP));
        }
    }

    #[test]
    fn sums_stay_within_the_times_there_are() {
        assert_eq!(later(LAST, Duration::MAX), Timestamp::MAX);
        assert_eq!(earlier(FIRST, Duration::MAX), Timestamp::MIN);
        assert_eq!(later(earlier(LAST, UP), UP), LAST);
    }
}
