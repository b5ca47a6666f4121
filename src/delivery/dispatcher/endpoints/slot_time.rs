//! The recent slot time of a lane.

use std::time::Duration;

/// Slot time used this many seconds ago counts half.
const HALF_LIFE_S: f64 = 10.0;

/// Slot time: the sum of the durations of a lane's attempts, decayed with a half-life of ten seconds.
///
/// Stored as the moment at which it will have decayed to one millisecond, in seconds since the sender
/// started. Two of them therefore compare the same at any time, and nothing has to be updated as time
/// passes.
#[derive(Debug, Clone, Copy)]
pub struct SlotTime(f64);

impl Default for SlotTime {
    /// Nothing used.
    fn default() -> Self {
        Self(f64::NEG_INFINITY)
    }
}

impl SlotTime {
    /// An attempt of this duration ended at `now`, a time since the sender started.
    pub fn add(&mut self, now: Duration, used: Duration) {
        let now = now.as_secs_f64();
        let before_ms = ((self.0 - now) / HALF_LIFE_S).exp2();
        self.0 = now + HALF_LIFE_S * (before_ms + used.as_secs_f64() * 1e3).log2();
    }

    /// Its order: the least used is the lowest.
    #[allow(clippy::cast_possible_truncation, reason = "saturates")]
    pub fn rank(self) -> i64 {
        (self.0 * 1e3) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn used(attempts: &[(u32, Duration)]) -> i64 {
        let mut all = SlotTime::default();
        for (at, used) in attempts {
            all.add(SECOND * *at, *used);
        }
        all.rank()
    }

    #[test]
    fn ten_seconds_ago_counts_half() {
        let apart = used(&[(0, SECOND * 2), (10, SECOND)]);
        let together = used(&[(10, SECOND * 2)]);
        assert!(apart.abs_diff(together) <= 1, "{apart} {together}");
    }

    #[test]
    fn the_least_used_is_the_lowest() {
        let none = SlotTime::default().rank();
        let many_short = used(&[(5, SECOND / 1000); 100]);
        let one_long = used(&[(5, SECOND * 10)]);
        assert!(none < many_short && many_short < one_long);
        assert!(used(&[(5, Duration::ZERO)]) == none);
        assert!(one_long < used(&[(200, SECOND / 1000)]), "long ago is hardly anything");
    }

    #[test]
    fn years_of_use_stay_finite() {
        let mut all = SlotTime::default();
        for day in 0..2_000 {
            all.add(SECOND * 86_400 * day, SECOND * 600);
        }
        assert!(all.0.is_finite());
    }
}
