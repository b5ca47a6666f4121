//! The wall clock. This is the only place that reads it, and reading it never fails.
//!
//! A machine may report the year 1969, or 12000: an empty battery, a restored file system, a test. Most libraries
//! panic then. `clippy.toml` forbids their own functions for reading the clock.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, TimestampArithmetic};
use rustix::time::{ClockId, clock_gettime};

/// The earliest time that is ever returned: ids, HTTP dates and TLS count from here.
const FIRST: Timestamp = Timestamp::UNIX_EPOCH;

/// The latest time that is ever returned, 9999-01-01. That leaves a year for due times.
const LAST: Timestamp = Timestamp::constant(253_370_764_800, 0);

/// The current time. If the machine's clock is before 1970 or after the year 9998, the time continues from that limit
/// with the time since boot: waits still end, and all processes of a machine agree.
#[must_use]
pub fn now() -> Timestamp {
    within(machine(), up)
}

/// Whether the machine's clock is plausible: from 1970 to the year 9998.
#[must_use]
pub fn is_plausible() -> bool {
    edge(machine()).is_none()
}

/// This much later, or the latest time there is.
#[must_use]
pub fn later(at: Timestamp, by: impl Into<TimestampArithmetic>) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The current time in whole milliseconds, as stores keep it, and different from an earlier one.
#[must_use]
pub fn later_than(last: Timestamp) -> Timestamp {
    let now = now().as_millisecond().max(last.as_millisecond().saturating_add(1));
    Timestamp::from_millisecond(now).unwrap_or(last)
}

/// This much earlier, or the earliest time there is.
#[must_use]
pub fn earlier(at: Timestamp, by: impl Into<TimestampArithmetic>) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads it")]
fn machine() -> SystemTime {
    SystemTime::now()
}

/// The time since boot. Read without the C library's clock functions, which a test may have replaced.
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

fn within(machine: SystemTime, up: impl FnOnce() -> Duration) -> Timestamp {
    match edge(machine) {
        Some(edge) => later(edge, up()),
        None => Timestamp::try_from(machine).unwrap_or(FIRST),
    }
}

/// The limit that a time is beyond; none if it is plausible.
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

    fn read(machine: SystemTime) -> Timestamp {
        within(machine, || UP)
    }

    #[test]
    fn a_plausible_time_keeps_its_nanoseconds() {
        for at in [FIRST, Timestamp::constant(1_764_446_400, 123_456_789), LAST - Duration::from_nanos(1)] {
            assert_eq!(read(at.into()), at);
        }
        assert!(is_plausible() && now() >= FIRST && now() < LAST);
    }

    #[test]
    fn beyond_the_limits_time_continues_from_the_edge() {
        let (epoch, second) = (SystemTime::UNIX_EPOCH, Duration::from_secs(1));
        let ages = Duration::from_secs(1 << 60);
        for before in [epoch - Duration::from_nanos(1), epoch - second * 86_400, epoch - ages] {
            assert_eq!(read(before), later(FIRST, UP));
        }
        for after in [SystemTime::from(LAST), SystemTime::from(Timestamp::MAX) + second, epoch + ages] {
            assert_eq!(read(after), later(LAST, UP));
        }
    }

    #[test]
    fn sums_are_clamped_to_the_supported_times() {
        assert_eq!(later(LAST, Duration::MAX), Timestamp::MAX);
        assert_eq!(earlier(FIRST, Duration::MAX), Timestamp::MIN);
        assert_eq!(later(earlier(LAST, UP), UP), LAST);
    }
}
