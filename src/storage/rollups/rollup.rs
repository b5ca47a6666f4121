//! The counts of one profile and one period, or of several.

use std::collections::BTreeMap;

use crate::storage::rollups::class_code::{self, SUCCESS};
use crate::storage::rollups::counter::RollupCounter;
use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::phase_sums::PhaseSums;
use crate::storage::rollups::{latency, varint};
use crate::storage::unreadable::Why;

/// Counts by the numbers of their counters. One may be negative for a while, where what was counted in another minute
/// was undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollup(BTreeMap<u32, i64>);

/// Attempts with one result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptResult {
    /// The class of the failure; none for a success.
    pub class: Option<&'static str>,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// How many attempts.
    pub attempts: u64,
}

impl Rollup {
    /// Counts something that happened so many times.
    pub fn count(&mut self, mark: RollupMark, times: i64) {
        mark.each_count(|counter, n| self.add_to(counter.number(), n.saturating_mul(times)));
    }

    fn add_to(&mut self, number: u32, n: i64) {
        let count = self.0.entry(number).or_default();
        *count = count.saturating_add(n);
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        for (number, n) in &other.0 {
            self.add_to(*number, *n);
        }
    }

    /// As it is stored: for each counter how far its number is from the one before, and its count.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len().saturating_mul(3));
        let mut last = 0;
        for (number, n) in self.0.iter().filter(|(_, n)| **n != 0) {
            varint::push(&mut bytes, number.saturating_sub(last).into());
            varint::push_signed(&mut bytes, *n);
            last = *number;
        }
        bytes
    }

    /// Adds one as it was stored.
    ///
    /// # Errors
    /// It is damaged; then nothing was added.
    pub fn add_encoded(&mut self, mut bytes: &[u8]) -> Result<(), Why> {
        let mut read = Vec::new();
        let mut last = 0_u32;
        while !bytes.is_empty() {
            let pair = varint::take(&mut bytes).zip(varint::take_signed(&mut bytes));
            let number = pair.and_then(|(step, n)| Some((last.checked_add(u32::try_from(step).ok()?)?, n)));
            let (number, n) = number.ok_or_else(|| "its counts are damaged".to_owned())?;
            read.push((number, n));
            last = number;
        }
        for (number, n) in read {
            self.add_to(number, n);
        }
        Ok(())
    }

    fn of(&self, counter: RollupCounter) -> u64 {
        whole(self.0.get(&counter.number()).copied().unwrap_or(0))
    }

    /// Each counter that this program knows.
    fn counters(&self) -> impl Iterator<Item = (RollupCounter, u64)> {
        self.0.iter().filter_map(|(number, n)| Some((RollupCounter::of(*number)?, whole(*n))))
    }

    /// Deliveries that were accepted.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.of(RollupCounter::Accepted)
    }

    /// Deliveries that were delivered.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.of(RollupCounter::Delivered)
    }

    /// Deliveries that were cancelled.
    #[must_use]
    pub fn cancelled(&self) -> u64 {
        self.of(RollupCounter::Cancelled)
    }

    /// Deliveries that failed permanently.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed_by_class().into_values().sum()
    }

    /// Deliveries that failed permanently, by the class of the last failure.
    #[must_use]
    pub fn failed_by_class(&self) -> BTreeMap<&'static str, u64> {
        self.by_class(|counter| match counter {
            RollupCounter::Failed(class) => Some(class),
            _ => None,
        })
    }

    /// Failures by class: attempts that failed, whether or not they were retried, and deliveries that failed without an
    /// attempt.
    #[must_use]
    pub fn failures(&self) -> BTreeMap<&'static str, u64> {
        self.by_class(|counter| match counter {
            RollupCounter::Unattempted(class) => Some(class),
            RollupCounter::Attempt(class, _) => Some(class).filter(|class| *class != SUCCESS),
            _ => None,
        })
    }

    fn by_class(&self, class: impl Fn(RollupCounter) -> Option<u8>) -> BTreeMap<&'static str, u64> {
        let mut all = BTreeMap::new();
        for (counter, n) in self.counters() {
            if let Some(class) = class(counter).filter(|_| n > 0) {
                let count: &mut u64 = all.entry(class_code::name(class)).or_default();
                *count = count.saturating_add(n);
            }
        }
        all
    }

    /// Attempts by result.
    #[must_use]
    pub fn results(&self) -> Vec<AttemptResult> {
        let result = |(counter, attempts)| match counter {
            RollupCounter::Attempt(class, status) if attempts > 0 => Some(AttemptResult {
                class: (class != SUCCESS).then(|| class_code::name(class)),
                status: (status != 0).then_some(status),
                attempts,
            }),
            _ => None,
        };
        self.counters().filter_map(result).collect()
    }

    /// Attempts that have ended.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        self.results().iter().map(|result| result.attempts).sum()
    }

    /// Where the time of the attempts went.
    #[must_use]
    pub fn phase_sums(&self) -> PhaseSums {
        let mut sums = PhaseSums::of(self.of(RollupCounter::Measured), self.of(RollupCounter::Connected));
        for (counter, n) in self.counters() {
            if let RollupCounter::Micros(part) = counter {
                sums.add(part, n);
            }
        }
        sums
    }

    /// The part of those that ended that was delivered, from 0 to 1. What was cancelled does not count.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn success_rate(&self) -> Option<f64> {
        let (delivered, failed) = (self.delivered(), self.failed());
        let ended = delivered.saturating_add(failed);
        (ended > 0).then(|| delivered as f64 / ended as f64)
    }

    /// The duration that so many per cent of the attempts did not exceed, in milliseconds, within 3.2 %; none without
    /// attempts.
    #[must_use]
    pub fn percentile_ms(&self, percent: u8) -> Option<u32> {
        let bucket = |(counter, n)| match counter {
            RollupCounter::Latency(bucket) if n > 0 => Some((bucket, n)),
            _ => None,
        };
        // In the order of their numbers, which is that of the durations.
        let buckets: Vec<(u16, u64)> = self.counters().filter_map(bucket).collect();
        let all: u128 = buckets.iter().map(|(_, n)| u128::from(*n)).sum();
        let rank = all.saturating_mul(percent.into()).div_ceil(100).max(1);
        let mut below = 0_u128;
        let found = buckets.iter().find(|(_, n)| {
            below = below.saturating_add(u128::from(*n));
            below >= rank
        });
        found.map(|(bucket, _)| latency::middle(*bucket))
    }
}

/// A count, which is never shown as less than nothing.
fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ErrorClass;
    use crate::storage::conformance::samples;

    fn lasting(ms: u32) -> RollupMark {
        RollupMark::attempt(&crate::record::Attempt { duration_ms: ms, ..samples::attempt(1, 200) })
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let mut rollup = Rollup::default();
        rollup.count(RollupMark::accepted(0, None), 70_000);
        rollup.count(RollupMark::accepted(0, Some(ErrorClass::Request)), 3);
        rollup.count(RollupMark::failed(0, Some(ErrorClass::Timeout)).undone(), 1);
        rollup.count(lasting(4_000_000_000), 1);
        let mut read = Rollup::default();
        read.add_encoded(&rollup.encode()).unwrap();
        assert_eq!(read, rollup);
        read.add(&rollup);
        assert_eq!((read.accepted(), read.attempts()), (140_006, 2));
        assert_eq!(
            read.failed_by_class(),
            BTreeMap::from([("request", 6)]),
            "less than nothing is not shown"
        );
        let mut damaged = Rollup::default();
        assert!(damaged.add_encoded(&[0, 2, 1, 0x80]).is_err());
        assert_eq!(damaged, Rollup::default());
    }

    #[test]
    fn percentiles_are_right_within_five_percent() {
        // Durations of many sizes, the same in each run.
        let mut seed = 7_u64;
        let mut durations: Vec<u32> = (0..5_000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                u32::try_from(seed >> 33 >> (seed % 24)).unwrap()
            })
            .collect();
        let mut rollup = Rollup::default();
        for ms in &durations {
            rollup.count(lasting(*ms), 1);
        }
        durations.sort_unstable();
        for percent in [1, 50, 95, 99, 100] {
            let exact = durations[(durations.len() * usize::from(percent)).div_ceil(100) - 1];
            let told = rollup.percentile_ms(percent).unwrap();
            assert!(
                f64::from(told.abs_diff(exact)) <= 0.05 * f64::from(exact),
                "p{percent}: {told}, {exact}"
            );
        }
        assert_eq!(Rollup::default().percentile_ms(50), None);
    }
}
