//! When an alert is due: the same for every store.

use std::time::Duration;

/// How alerts are spaced (our decision).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertPace {
    /// An alert waits until no turn has come for this long …
    pub quiet: Duration,
    /// … but no longer than this after the first.
    pub most: Duration,
    /// From one alert to the next.
    pub every: Duration,
    /// After this time another process may take what this one has taken and not given.
    pub lease: Duration,
}

impl AlertPace {
    /// That of senders.
    pub const USUAL: Self = Self {
        quiet: Duration::from_secs(2),
        most: Duration::from_secs(10),
        every: Duration::from_mins(1),
        lease: Duration::from_secs(90),
    };

    /// The same, of a process that is about to end: what is to be given does not wait for more.
    #[must_use]
    pub const fn at_once(self) -> Self {
        Self { quiet: Duration::ZERO, ..self }
    }

    /// How long an alert must wait whose turns were recorded from `first` to `last`, where the last alert was made at
    /// `before`. All in milliseconds.
    pub(in crate::storage) fn wait(self, first: i64, last: i64, before: Option<i64>, now: i64) -> Duration {
        let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let gathered = last.saturating_add(ms(self.quiet)).min(first.saturating_add(ms(self.most)));
        let next = before.map_or(i64::MIN, |before| before.saturating_add(ms(self.every)));
        // A clock that was set back must not delay alerts for longer than that.
        let wait = gathered.max(next).saturating_sub(now).min(ms(self.every.max(self.most)));
        Duration::from_millis(u64::try_from(wait).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_due_once_it_is_quiet_and_the_rest_of_the_minute_together() {
        let wait = |first, last, before, now| AlertPace::USUAL.wait(first, last, before, now).as_millis();
        assert_eq!(wait(1_000, 1_000, None, 1_000), 2_000);
        assert_eq!(wait(1_000, 2_500, None, 3_000), 1_500);
        assert_eq!(wait(1_000, 10_500, None, 10_600), 400, "ten seconds at most");
        assert_eq!(wait(1_000, 1_000, None, 3_000), 0);
        assert_eq!(wait(20_000, 50_000, Some(1_000), 52_000), 9_000);
        assert_eq!(wait(20_000, 50_000, Some(1_000), 70_000), 0);
        assert_eq!(wait(0, 0, Some(i64::MAX - 1), 0), 60_000, "whatever a wrong clock has stored");
        assert_eq!(AlertPace::USUAL.at_once().wait(5, 5, None, 5), Duration::ZERO);
    }
}
