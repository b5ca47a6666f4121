//! The clock of the schedule: it follows the system's clock, and detects when that is set.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::clock;
use crate::files;

/// A difference up to this is slewing and rounding, and is followed silently.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

/// The three clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The wall clock, which can be set.
    pub wall: Timestamp,
    /// Monotonic, and stopped while the machine sleeps.
    pub awake: Instant,
    /// Time since boot, including sleep; none if the system does not report it.
    pub up: Option<Duration>,
}

impl Reading {
    /// The current readings.
    pub fn now() -> Self {
        Self { wall: clock::now(), awake: Instant::now(), up: None }
    }

    /// The same, with the time since boot, which requires reading a file.
    fn with_up(self) -> Self {
        Self { up: up(), ..self }
    }
}

/// The last reading.
#[derive(Debug)]
pub struct Clock {
    last: Reading,
}

impl Clock {
    /// Starts now.
    pub fn start() -> Self {
        Self { last: Reading::now().with_up() }
    }

    /// By how much the wall clock was set since the last check. A machine that slept and woke up later has not had
    /// its clock set.
    pub fn shift(&mut self) -> Option<SignedDuration> {
        let now = Reading::now();
        let suspect = beyond(self.passed(&now), now.awake.duration_since(self.last.awake)).is_some();
        // The time since boot is read only if something is odd; it would be outdated otherwise.
        self.judge(if suspect { now.with_up() } else { now })
    }

    /// As if the wall clock had been set by this much since the last check.
    #[cfg(test)]
    pub fn was_set(&mut self, by: SignedDuration) {
        self.last.wall -= by;
    }

    fn passed(&self, now: &Reading) -> SignedDuration {
        now.wall.duration_since(self.last.wall)
    }

    fn judge(&mut self, now: Reading) -> Option<SignedDuration> {
        let awake = now.awake.duration_since(self.last.awake);
        let wall = self.passed(&now);
        let real = match (self.last.up, now.up) {
            (Some(before), Some(after)) => after.saturating_sub(before).max(awake),
            _ => awake,
        };
        let up = now.up.or_else(|| self.last.up.map(|up| up + awake));
        self.last = Reading { up, ..now };
        beyond(wall, real)
    }
}

/// By how much the wall clock moved beyond the elapsed time, if that is more than the slack.
fn beyond(wall: SignedDuration, real: Duration) -> Option<SignedDuration> {
    let jump = wall.saturating_sub(SignedDuration::try_from(real).unwrap_or(SignedDuration::MAX));
    (jump.abs() > SLACK).then_some(jump)
}

/// Time since boot, including sleep (proc(5)).
fn up() -> Option<Duration> {
    let text = files::read_text(Path::new("/proc/uptime"), 4096).ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn after(from: Reading, awake: Duration, asleep: Duration, set: SignedDuration) -> Reading {
        let passed = awake + asleep;
        Reading {
            wall: from.wall + passed + set,
            awake: from.awake + awake,
            up: from.up.map(|up| up + passed),
        }
    }

    fn clock() -> Clock {
        Clock { last: Reading { up: Some(SECOND * 1000), ..Reading::now() } }
    }

    #[test]
    fn a_changed_clock_is_reported_once_with_the_difference() {
        for set in [HOUR, -HOUR] {
            let mut clock = clock();
            let now = after(clock.last, SECOND, Duration::ZERO, set);
            assert_eq!(clock.judge(now), Some(set));
            let later = after(now, SECOND, Duration::ZERO, SignedDuration::ZERO);
            assert_eq!(clock.judge(later), None);
        }
    }

    #[test]
    fn sleep_is_time_that_passed() {
        let mut clock = clock();
        let now = after(clock.last, SECOND, SECOND * 3600, SignedDuration::ZERO);
        assert_eq!(clock.judge(now), None);
    }

    #[test]
    fn sleep_is_distinguished_from_a_changed_clock() {
        let mut clock = clock();
        let now = after(clock.last, SECOND, SECOND * 3600, -HOUR);
        assert_eq!(clock.judge(now), Some(-HOUR));
    }

    #[test]
    fn a_clock_that_is_drawn_slowly_is_followed() {
        let mut clock = clock();
        for _ in 0..100 {
            let now = after(clock.last, SECOND, Duration::ZERO, SignedDuration::from_millis(100));
            assert_eq!(clock.judge(now), None);
        }
    }

    #[test]
    fn the_real_clocks_agree() {
        assert_eq!(Clock::start().shift(), None);
    }
}
