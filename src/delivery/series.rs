//! The ids of the deliveries that one run accepts, told from all others by what stands in them.
//!
//! A run may accept a million. To say what became of them nobody needs to remember their ids: each
//! carries the run's mark, and they grow in the order in which they were made.

use jiff::Timestamp;

use super::id::DeliveryId;
use super::prepare::random;

/// Bits of the number that tells the ids of one millisecond apart.
const COUNT_BITS: u32 = 26;
/// Those of them that stand beside the mark.
const LOW_BITS: u32 = 14;

/// What all ids of a series end in: random, so that no two series share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark([u8; 6]);

impl Mark {
    /// The last six bytes of the ids.
    #[must_use]
    pub fn bytes(self) -> [u8; 6] {
        self.0
    }

    /// Whether the id is of this series.
    #[must_use]
    pub fn is_on(self, id: DeliveryId) -> bool {
        id.bytes()[10..] == self.0
    }
}

/// Makes ids: UUIDs of version 7 whose random part is a number, which grows, and the mark (RFC 9562
/// lets it be both).
#[derive(Debug)]
pub struct Series {
    mark: Mark,
    /// Of the last id: milliseconds since 1970.
    at: u64,
    /// Of the last id: which one of its millisecond.
    count: u32,
}

impl Series {
    /// A new one.
    #[must_use]
    pub fn start() -> Self {
        let mut mark = [0; 6];
        random(&mut mark);
        Self { mark: Mark(mark), at: 0, count: 0 }
    }

    /// What its ids are known by.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// The next id, greater than all before it, whatever the clock does.
    pub fn make(&mut self) -> DeliveryId {
        let now = Timestamp::now().as_millisecond();
        self.make_at(u64::try_from(now).unwrap_or(0))
    }

    fn make_at(&mut self, now: u64) -> DeliveryId {
        if now > self.at {
            (self.at, self.count) = (now, 0);
        } else {
            self.count += 1;
            if self.count >> COUNT_BITS > 0 {
                (self.at, self.count) = (self.at + 1, 0);
            }
        }
        // The fields of version 7: 48 bits of time, 4 of version, 12 free, 2 of variant, 62 free.
        let count = u128::from(self.count);
        let mark = self.mark.0.iter().fold(0, |all, byte| all << 8 | u128::from(*byte));
        let id = u128::from(self.at) << 80
            | 7 << 76
            | (count >> LOW_BITS) << 64
            | 0b10 << 62
            | (count & ((1 << LOW_BITS) - 1)) << 48
            | mark;
        DeliveryId::from_bytes(id.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::{Uuid, Variant, Version};

    #[test]
    fn ids_grow_even_when_the_clock_does_not() {
        let mut series = Series::start();
        let mut ids: Vec<DeliveryId> = (0..40_000).map(|_| series.make_at(1_000)).collect();
        ids.extend([series.make_at(999), series.make_at(1_001), series.make_at(0), series.make()]);
        assert!(ids.is_sorted_by(|one, next| one < next));
        assert!(ids.iter().all(|id| series.mark().is_on(*id)));
        series.count = (1 << COUNT_BITS) - 1;
        let last = series.make_at(0);
        assert!(last > ids[ids.len() - 1], "a full millisecond goes over into the next");
    }

    #[test]
    fn they_are_what_other_programs_take_them_for() {
        let id = Uuid::from_bytes(Series::start().make_at(1_700_000_000_123).bytes());
        assert_eq!((id.get_version(), id.get_variant()), (Some(Version::SortRand), Variant::RFC4122));
        assert_eq!(id.get_timestamp().unwrap().to_unix(), (1_700_000_000, 123_000_000));
    }

    #[test]
    fn a_series_knows_its_own() {
        let (mut one, mut other) = (Series::start(), Series::start());
        let (own, foreign) = (one.make(), other.make());
        assert!(one.mark().is_on(own) && !one.mark().is_on(foreign));
        assert!(!one.mark().is_on(DeliveryId::generate()));
        assert_eq!(own.bytes()[10..], one.mark().bytes());
    }
}
