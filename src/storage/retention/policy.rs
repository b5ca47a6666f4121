//! The retention policy, and the result of removals.

use jiff::{SignedDuration, Timestamp};

use crate::clock;

/// How many rows one transaction removes, including attempts: some milliseconds of writing.
pub const MOST_ROWS: u64 = 500;

/// How long ended deliveries are kept. Zero means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// This many days after their end.
    pub days: u32,
    /// This many of them, by latest acceptance.
    pub deliveries: u64,
}

impl Default for RetentionPolicy {
    /// 90 days, and a million deliveries.
    fn default() -> Self {
        Self { days: 90, deliveries: 1_000_000 }
    }
}

impl RetentionPolicy {
    /// Whether everything is kept.
    #[must_use]
    pub fn is_all(self) -> bool {
        self.days == 0 && self.deliveries == 0
    }

    /// Deliveries that ended before this are removed.
    #[must_use]
    pub fn cutoff(self, now: Timestamp) -> Timestamp {
        let kept = SignedDuration::from_hours(24 * i64::from(self.days));
        if self.days == 0 { Timestamp::MIN } else { clock::earlier(now, kept) }
    }
}

/// The removed deliveries and attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Deliveries.
    pub deliveries: u64,
    /// Their attempts.
    pub attempts: u64,
}

impl Removed {
    /// Adds a later result.
    pub fn add(&mut self, then: Self) {
        self.deliveries += then.deliveries;
        self.attempts += then.attempts;
    }
}

/// How many of these, from the first on, have at most `most` rows together; at least one.
pub fn fitting(sizes: impl Iterator<Item = u64>, most: u64) -> usize {
    let mut all = 0;
    let fits = |size: &u64| {
        all += size;
        all <= most
    };
    sizes.take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_few_rows_and_one_delivery_at_least() {
        let fit = |sizes: &[u64]| fitting(sizes.iter().copied(), 10);
        assert_eq!(fit(&[3, 3, 3, 3]), 3);
        assert_eq!(fit(&[5, 5, 5]), 2);
        assert_eq!(fit(&[40, 1]), 1);
    }

    #[test]
    fn zero_is_for_ever() {
        let now = Timestamp::now();
        assert!(RetentionPolicy { days: 0, deliveries: 0 }.is_all() && !RetentionPolicy::default().is_all());
        assert_eq!(RetentionPolicy { days: 0, deliveries: 5 }.cutoff(now), Timestamp::MIN);
        assert_eq!(RetentionPolicy { days: u32::MAX, deliveries: 5 }.cutoff(now), Timestamp::MIN);
        let hour = SignedDuration::from_hours(24);
        assert_eq!(RetentionPolicy { days: 1, deliveries: 0 }.cutoff(now), now - hour);
    }
}
