//! One thing that happened to a delivery, as a number: what stores keep until it is folded into a rollup.

use crate::record::{Attempt, ErrorClass, Next, Outcome};
use crate::storage::encoding::millis_after;
use crate::storage::rollups::attempt_part;
use crate::storage::rollups::class_code::{SUCCESS, code};
use crate::storage::rollups::counter::RollupCounter;
use crate::storage::rollups::latency;

/// One thing that happened to a delivery, and in which minute. The bits, from the lowest on: bucket of the duration 9,
/// without its attempt 1, undone 1, status 10, class 5, kind 4, minute 31. They are stored: the layout never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupMark(i64);

/// Of a mark with an attempt: only the delivery counts, since the attempt is not in the log, or was counted before.
pub const WITHOUT_ATTEMPT: i64 = 1 << 9;

const UNDONE: i64 = 1 << 10;
const STATUS: u32 = 11;
const CLASS: u32 = 21;
const KIND: u32 = 26;
const MINUTE: u32 = 30;

/// An attempt that does not end its delivery.
const ATTEMPT: i64 = 0;
/// An attempt that delivers it.
const DELIVERED: i64 = 1;
/// An attempt that fails it permanently.
const FAILED: i64 = 2;
const CANCELLED: i64 = 3;
const ACCEPTED: i64 = 4;
/// Accepted and failed at once: no request could be made.
const ACCEPTED_FAILED: i64 = 5;
/// Failed permanently by something that is not an attempt.
const FAILED_UNATTEMPTED: i64 = 6;
/// Something of attempts that is added up, such as the microseconds of a part. In place of the class it has the number
/// of its counter, from [`RollupCounter::FIRST_SUM`] on. How much, says the number of times.
const SUM: i64 = 7;

/// The minute of a time in milliseconds, counted from 1970; of an impossible time the nearest one.
#[must_use]
pub fn minute_of(ms: i64) -> u32 {
    u32::try_from(ms.div_euclid(60_000).clamp(0, i64::from(i32::MAX))).unwrap_or(0)
}

impl RollupMark {
    fn new(at_ms: i64, kind: i64, class: u8) -> Self {
        Self(i64::from(minute_of(at_ms)) << MINUTE | kind << KIND | i64::from(class & 31) << CLASS)
    }

    /// An expired delivery has an entry among its attempts, and nothing was sent.
    fn with_attempt(attempt: &Attempt, kind: i64) -> Self {
        if attempt.error.as_ref().is_some_and(|failure| failure.class == ErrorClass::Expired) {
            let ended = millis_after(attempt.started_at, attempt.duration_ms);
            return match kind {
                FAILED => Self::failed_unattempted(ended, ErrorClass::Expired),
                _ => Self::new(ended, kind, SUCCESS).without_attempt(),
            };
        }
        let class = attempt.error.as_ref().map_or(SUCCESS, |failure| code(failure.class));
        let ended = millis_after(attempt.started_at, attempt.duration_ms);
        let status = i64::from(attempt.status.unwrap_or(0).min(1023));
        let bucket = i64::from(latency::bucket(attempt.duration_ms));
        Self(Self::new(ended, kind, class).0 | status << STATUS | bucket)
    }

    /// A delivery was accepted; or it was, and failed at once with this class. Times are in milliseconds.
    #[must_use]
    pub fn accepted(at_ms: i64, failed: Option<ErrorClass>) -> Self {
        match failed {
            None => Self::new(at_ms, ACCEPTED, SUCCESS),
            Some(class) => Self::new(at_ms, ACCEPTED_FAILED, code(class)),
        }
    }

    /// An attempt, and its delivery is in the state that follows.
    #[must_use]
    pub fn outcome(outcome: &Outcome) -> Self {
        let kind = match outcome.next {
            Next::Retry(_) => ATTEMPT,
            Next::Delivered => DELIVERED,
            Next::Failed => FAILED,
        };
        Self::with_attempt(&outcome.attempt, kind)
    }

    /// An attempt that changes no state: its delivery had ended before.
    #[must_use]
    pub fn attempt(attempt: &Attempt) -> Self {
        Self::with_attempt(attempt, ATTEMPT)
    }

    /// Where the time of an attempt went: marks, and how much of each. Nothing was sent for an expired delivery.
    pub fn times(attempt: &Attempt) -> impl Iterator<Item = (Self, i64)> {
        let is_sent = !attempt.error.as_ref().is_some_and(|failure| failure.class == ErrorClass::Expired);
        let ended = millis_after(attempt.started_at, attempt.duration_ms);
        let parts = attempt_part::parts(attempt)
            .map(|(part, micros)| (RollupCounter::Micros(part), i64::from(micros)))
            .filter(|(_, micros)| *micros > 0);
        let connected = attempt_part::has_connected(attempt).then_some((RollupCounter::Connected, 1));
        let all = [(RollupCounter::Measured, 1)].into_iter().chain(connected).chain(parts);
        all.filter(move |_| is_sent).map(move |(counter, n)| {
            let place = counter.number().saturating_sub(RollupCounter::FIRST_SUM);
            (Self::new(ended, SUM, u8::try_from(place).unwrap_or(u8::MAX)), n)
        })
    }

    /// A delivery was cancelled.
    #[must_use]
    pub fn cancelled(at_ms: i64) -> Self {
        Self::new(at_ms, CANCELLED, SUCCESS)
    }

    /// A delivery failed permanently by something that is not an attempt.
    #[must_use]
    pub fn failed_unattempted(at_ms: i64, class: ErrorClass) -> Self {
        Self::new(at_ms, FAILED_UNATTEMPTED, code(class))
    }

    /// A delivery is delivered; the attempt is counted apart.
    #[must_use]
    pub fn delivered(at_ms: i64) -> Self {
        Self(Self::new(at_ms, DELIVERED, SUCCESS).0 | WITHOUT_ATTEMPT)
    }

    /// A delivery that was counted as `failed` is delivered, in the same minute.
    #[must_use]
    pub fn delivered_instead(failed: Self) -> Self {
        Self::delivered(i64::from(failed.minute()) * 60_000)
    }

    /// A delivery has failed with this class; the attempt is counted apart.
    #[must_use]
    pub fn failed(at_ms: i64, class: Option<ErrorClass>) -> Self {
        Self(Self::new(at_ms, FAILED, class.map_or(SUCCESS, code)).0 | WITHOUT_ATTEMPT)
    }

    /// The same, without its attempt.
    #[must_use]
    pub fn without_attempt(self) -> Self {
        Self(self.0 | WITHOUT_ATTEMPT)
    }

    /// It is no longer so: counts are reduced.
    #[must_use]
    pub fn undone(self) -> Self {
        Self(self.0 | UNDONE)
    }

    /// For stores: as it is stored.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// For stores: as it was stored.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The minute in which it happened, counted from 1970.
    #[must_use]
    pub fn minute(self) -> u32 {
        u32::try_from(self.0 >> MINUTE).unwrap_or(0)
    }

    /// What it adds to counts: 1, or -1 if it is undone. Nothing for a kind that this program does not know.
    pub fn each_count(self, mut add: impl FnMut(RollupCounter, i64)) {
        // Masked: each has as many bits.
        let bits = |from: u32, mask: i64| u16::try_from(self.0 >> from & mask).unwrap_or(0);
        let class = u8::try_from(bits(CLASS, 31)).unwrap_or(SUCCESS);
        let n = if self.0 & UNDONE == 0 { 1 } else { -1 };
        let kind = i64::from(bits(KIND, 15));
        match kind {
            DELIVERED => add(RollupCounter::Delivered, n),
            FAILED => add(RollupCounter::Failed(class), n),
            CANCELLED => add(RollupCounter::Cancelled, n),
            ACCEPTED => add(RollupCounter::Accepted, n),
            ACCEPTED_FAILED | FAILED_UNATTEMPTED => {
                if kind == ACCEPTED_FAILED {
                    add(RollupCounter::Accepted, n);
                }
                add(RollupCounter::Failed(class), n);
                add(RollupCounter::Unattempted(class), n);
            }
            SUM => {
                let number = RollupCounter::FIRST_SUM.saturating_add(class.into());
                if let Some(counter) = RollupCounter::of(number) {
                    add(counter, n);
                }
            }
            _ => {}
        }
        if kind <= FAILED && self.0 & WITHOUT_ATTEMPT == 0 {
            add(RollupCounter::Attempt(class, bits(STATUS, 1023)), n);
            add(RollupCounter::Latency(bits(0, 511)), n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Failure;
    use crate::storage::conformance::samples;
    use crate::storage::rollups::attempt_part::AttemptPart;

    fn counts(mark: RollupMark) -> Vec<(RollupCounter, i64)> {
        let mut all = Vec::new();
        RollupMark::from_number(mark.number()).each_count(|counter, n| all.push((counter, n)));
        all
    }

    #[test]
    fn a_mark_counts_what_happened() {
        let (ok, broken) = (samples::attempt(1, 200), samples::attempt(1, 503));
        let bucket = RollupCounter::Latency(latency::bucket(84));
        let class = code(ErrorClass::Status);
        assert_eq!(counts(RollupMark::attempt(&ok)), [(RollupCounter::Attempt(0, 200), 1), (bucket, 1)]);
        let broken = RollupMark::with_attempt(&broken, FAILED);
        assert_eq!(
            counts(broken),
            [(RollupCounter::Failed(class), 1), (RollupCounter::Attempt(class, 503), 1), (bucket, 1)]
        );
        assert_eq!(counts(broken.without_attempt().undone()), [(RollupCounter::Failed(class), -1)]);
        assert_eq!(
            counts(RollupMark::accepted(0, Some(ErrorClass::Request))),
            [(RollupCounter::Accepted, 1), (RollupCounter::Failed(8), 1), (RollupCounter::Unattempted(8), 1)]
        );
        let expired = Failure { class: ErrorClass::Expired, message: String::new() };
        let expired = Attempt { error: Some(expired), status: None, ..samples::attempt(2, 500) };
        assert_eq!(
            counts(RollupMark::with_attempt(&expired, FAILED)),
            [(RollupCounter::Failed(9), 1), (RollupCounter::Unattempted(9), 1)]
        );
        assert_eq!(counts(RollupMark::attempt(&expired)), []);
        assert_eq!(counts(RollupMark::cancelled(7)), [(RollupCounter::Cancelled, 1)]);
        assert_eq!(counts(RollupMark::delivered(7)), [(RollupCounter::Delivered, 1)]);
    }

    #[test]
    fn the_times_of_an_attempt_are_those_of_its_parts() {
        let attempt = samples::attempt(1, 200);
        let told: Vec<_> = RollupMark::times(&attempt)
            .flat_map(|(mark, n)| counts(mark).into_iter().map(move |(of, one)| (of, one * n)))
            .collect();
        let micros = RollupCounter::Micros;
        assert_eq!(
            told,
            [
                (RollupCounter::Measured, 1),
                (RollupCounter::Connected, 1),
                (micros(AttemptPart::Connect), 300),
                (micros(AttemptPart::Tls), 24_500),
                (micros(AttemptPart::Wait), 55_000),
                (micros(AttemptPart::Other), 4_200)
            ]
        );
        let expired = Failure { class: ErrorClass::Expired, message: String::new() };
        let expired = Attempt { error: Some(expired), ..attempt };
        assert_eq!(RollupMark::times(&expired).count(), 0);
    }

    #[test]
    fn a_mark_has_its_minute_however_odd_the_clock() {
        for (ms, minute) in
            [(0, 0), (59_999, 0), (60_000, 1), (-1, 0), (i64::MIN, 0), (i64::MAX, 2_147_483_647)]
        {
            let mark = RollupMark::accepted(ms, None);
            assert_eq!(mark.minute(), minute, "{ms}");
            assert!(mark.number() >= 0);
            assert_eq!(counts(mark), [(RollupCounter::Accepted, 1)]);
        }
    }
}
