//! What is counted, and its number in a rollup. The numbers are stored: none is ever used for anything else.

use crate::storage::rollups::attempt_part::AttemptPart;
use crate::storage::rollups::latency;

/// The room for classes of failure.
const CLASSES: u32 = 32;

/// The room for statuses of one class. HTTP has three digits.
const STATUSES: u32 = 1024;

const FAILED: u32 = 16;
const UNATTEMPTED: u32 = FAILED + CLASSES;
/// The room for parts of attempts is from here to [`MEASURED`].
const MICROS: u32 = 80;
const MEASURED: u32 = 96;
const CONNECTED: u32 = 97;
const LATENCY: u32 = 128;
const ATTEMPT: u32 = 1024;

/// Something that is counted. Classes are numbers of [`class_code`](super::class_code).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollupCounter {
    /// Deliveries that were accepted.
    Accepted,
    /// Deliveries that were delivered.
    Delivered,
    /// Deliveries that were cancelled.
    Cancelled,
    /// Deliveries that failed permanently, by the class of the last failure.
    Failed(u8),
    /// Those of them that failed without an attempt, such as because no request could be made.
    Unattempted(u8),
    /// The microseconds of a part of attempts.
    Micros(AttemptPart),
    /// Attempts whose parts are added up.
    Measured,
    /// Those of them for which a connection was dialled.
    Connected,
    /// Attempts by duration: the bucket.
    Latency(u16),
    /// Attempts by result: the class of the failure, and the status of the response; 0 without one.
    Attempt(u8, u16),
}

impl RollupCounter {
    /// The number of the first counter that is a sum over attempts. 32 numbers from it on are of such sums.
    pub const FIRST_SUM: u32 = MICROS;

    /// Its number.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Accepted => 0,
            Self::Delivered => 1,
            Self::Cancelled => 2,
            Self::Failed(class) => FAILED.saturating_add(class.into()),
            Self::Unattempted(class) => UNATTEMPTED.saturating_add(class.into()),
            Self::Micros(part) => MICROS.saturating_add(part as u32),
            Self::Measured => MEASURED,
            Self::Connected => CONNECTED,
            Self::Latency(bucket) => LATENCY.saturating_add(bucket.into()),
            Self::Attempt(class, status) => {
                let of_class = u32::from(class).saturating_mul(STATUSES);
                ATTEMPT.saturating_add(of_class).saturating_add(u32::from(status).min(STATUSES - 1))
            }
        }
    }

    /// The counter with this number; none if this program does not know it.
    #[must_use]
    pub fn of(number: u32) -> Option<Self> {
        let class = |from: u32| u8::try_from(number.saturating_sub(from)).ok();
        Some(match number {
            0 => Self::Accepted,
            1 => Self::Delivered,
            2 => Self::Cancelled,
            FAILED..UNATTEMPTED => Self::Failed(class(FAILED)?),
            UNATTEMPTED..MICROS => Self::Unattempted(class(UNATTEMPTED)?),
            MICROS..MEASURED => {
                let place = usize::try_from(number.saturating_sub(MICROS)).ok()?;
                Self::Micros(AttemptPart::ALL.get(place).copied()?)
            }
            MEASURED => Self::Measured,
            CONNECTED => Self::Connected,
            LATENCY..ATTEMPT => {
                let bucket = u16::try_from(number.saturating_sub(LATENCY)).ok()?;
                return (bucket < latency::BUCKETS).then_some(Self::Latency(bucket));
            }
            ATTEMPT.. => {
                let place = number.saturating_sub(ATTEMPT);
                let class =
                    u8::try_from(place / STATUSES).ok().filter(|class| u32::from(*class) < CLASSES)?;
                Self::Attempt(class, u16::try_from(place % STATUSES).ok()?)
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_has_a_number_of_its_own() {
        let mut all = vec![RollupCounter::Accepted, RollupCounter::Delivered, RollupCounter::Cancelled];
        all.extend((0..32).map(RollupCounter::Failed));
        all.extend((0..32).map(RollupCounter::Unattempted));
        all.extend(AttemptPart::ALL.map(RollupCounter::Micros));
        all.extend([RollupCounter::Measured, RollupCounter::Connected]);
        all.extend((0..latency::BUCKETS).map(RollupCounter::Latency));
        all.extend(
            (0..32).flat_map(|class| [0, 200, 999].map(|status| RollupCounter::Attempt(class, status))),
        );
        let mut numbers: Vec<u32> = all.iter().map(|counter| counter.number()).collect();
        for (counter, number) in all.iter().zip(&numbers) {
            assert_eq!(RollupCounter::of(*number), Some(*counter));
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), all.len());
        assert_eq!(RollupCounter::of(3), None);
        assert_eq!(RollupCounter::of(86), None);
        assert_eq!(RollupCounter::of(98), None);
        assert_eq!(RollupCounter::of(u32::MAX), None);
    }
}
