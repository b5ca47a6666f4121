//! The rate of something that is counted, over the last seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Older counts are dropped.
const WINDOW: Duration = Duration::from_secs(10);
/// No rate is reported before this much time.
const MIN_ELAPSED: Duration = Duration::from_secs(1);

/// Counts with their times.
#[derive(Debug, Default)]
pub struct Throughput(VecDeque<(Instant, u64)>);

impl Throughput {
    /// Records the count at this time.
    pub fn note(&mut self, now: Instant, done: u64) {
        self.0.push_back((now, done));
        while self.0.len() > 2 && self.0.front().is_some_and(|(at, _)| now - *at > WINDOW) {
            self.0.pop_front();
        }
    }

    /// The rate per second; none if there is not enough data.
    pub fn per_second(&self) -> Option<u64> {
        let ((from, first), (to, last)) = (self.0.front()?, self.0.back()?);
        let time = *to - *from;
        let ms = u64::try_from(time.as_millis()).ok().filter(|_| time >= MIN_ELAPSED)?;
        Some(last.saturating_sub(*first) * 1000 / ms)
    }

    /// Such as `812/s · 7 s left`, if this much is left.
    pub fn text(&self, left: Option<u64>) -> Option<String> {
        let rate = self.per_second().filter(|rate| *rate > 0)?;
        let left = left.filter(|left| *left > 0).map(|left| format!(" · {} left", time(left.div_ceil(rate))));
        Some(format!("{rate}/s{}", left.unwrap_or_default()))
    }
}

fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_covers_the_last_seconds_only() {
        let (start, mut pace) = (Instant::now(), Throughput::default());
        let at = |s| start + Duration::from_secs(s);
        pace.note(at(0), 0);
        assert_eq!(pace.text(Some(5)), None, "nothing is known yet");
        for second in 1..=20 {
            pace.note(at(second), second * 100);
        }
        assert_eq!(pace.text(Some(700)).as_deref(), Some("100/s · 7 s left"));
        for second in 21..=40 {
            pace.note(at(second), 2_000 + second);
        }
        assert_eq!(pace.text(None).as_deref(), Some("1/s"));
        assert_eq!(pace.text(Some(600)).as_deref(), Some("1/s · 10 min left"));
        pace.note(at(60), 2_040);
        assert_eq!(pace.text(Some(1)), None, "it stands still");
    }
}
