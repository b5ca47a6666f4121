//! Buckets of durations, each at most a sixteenth as wide as its start: whatever is in a bucket differs from its middle
//! by at most 3.2 %. Below 32 ms each millisecond has its own.

/// The buckets of each power of two, as an exponent.
const DETAIL: u32 = 4;

/// The number of buckets: those of 32-bit durations.
pub const BUCKETS: u16 = 464;

/// The bucket of a duration in milliseconds.
#[must_use]
pub fn bucket(ms: u32) -> u16 {
    let Some(doublings) = ms.checked_ilog2().and_then(|log| log.checked_sub(DETAIL)) else {
        return u16::try_from(ms).unwrap_or(0);
    };
    // The five highest bits, from 16 to 31, and 16 for each power of two below.
    let place = doublings.saturating_mul(1 << DETAIL).saturating_add(ms >> doublings);
    u16::try_from(place).unwrap_or(BUCKETS)
}

/// The middle of a bucket, in milliseconds.
#[must_use]
pub fn middle(bucket: u16) -> u32 {
    let bucket = u32::from(bucket);
    let doublings = (bucket >> DETAIL).saturating_sub(1);
    let start = u64::from(bucket.saturating_sub(doublings << DETAIL)) << doublings.min(31);
    let half = (1_u64 << doublings.min(31)).saturating_sub(1) / 2;
    u32::try_from(start.saturating_add(half)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_duration_differs_from_the_middle_of_its_bucket_by_five_percent() {
        let mut last = 0;
        let steps = (0..200_000).chain((0..400_000).map(|n| n * 10_000)).chain([u32::MAX - 1, u32::MAX]);
        for ms in steps {
            let at = bucket(ms);
            assert!(at < BUCKETS, "{ms}");
            let off = middle(at).abs_diff(ms);
            assert!(u64::from(off) * 1000 <= u64::from(ms) * 32, "{ms} is {}", middle(at));
            assert!(at >= last || ms == 0, "{ms}: buckets are in order");
            last = at;
        }
        assert!((0..32).all(|ms| middle(bucket(ms)) == ms), "small ones are exact");
    }

    #[test]
    fn the_middle_of_a_bucket_is_in_it() {
        assert!((0..BUCKETS).all(|at| bucket(middle(at)) == at));
    }
}
