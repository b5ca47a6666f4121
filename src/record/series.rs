//! The ids of the deliveries that one run accepts, told from all others by what stands in them.
//!
//! A run may accept a million. To say what became of them nobody needs to remember their ids: each
//! carries the run's mark, and they grow in the order in which they were made.
//!
//! The mark stands in the middle: people tell ids apart by their ends.

use crate::clock;
use crate::record::{DeliveryId, random};

/// What all ids of a series have after their time: random, so that no two series share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark([u8; 6]);

impl Mark {
    /// Where it stands in the bytes of an id, from 0.
    pub const PLACE: std::ops::Range<usize> = 6..12;

    /// The bytes at that place.
    #[must_use]
    pub fn bytes(self) -> [u8; 6] {
        self.0
    }

    /// Whether the id is of this series.
    #[must_use]
    pub fn is_on(self, id: DeliveryId) -> bool {
        id.bytes()[Self::PLACE] == self.0
    }
}

/// Makes ids: UUIDs of version 7 whose random part is the mark and a number that grows (RFC 9562
/// leaves that to who makes them).
#[derive(Debug)]
pub struct Series {
    mark: Mark,
    /// Of the last id: milliseconds since 1970.
    at: u64,
    /// How many were made.
    count: u32,
}

impl Series {
    /// A new one.
    #[must_use]
    pub fn start() -> Self {
        let mut mark = [0; 6];
        random(&mut mark);
        // Four bits of the version, and two of the variant.
        mark[0] = 0x70 | mark[0] & 0x0F;
        mark[2] = 0x80 | mark[2] & 0x3F;
        Self { mark: Mark(mark), at: 0, count: 0 }
    }

    /// What its ids are known by.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// The next id, greater than all before it, whatever the clock does.
    pub fn make(&mut self) -> DeliveryId {
        let now = clock::now().as_millisecond();
        self.make_at(u64::try_from(now).unwrap_or(0))
    }

    fn make_at(&mut self, now: u64) -> DeliveryId {
        self.at = self.at.max(now);
        self.count = self.count.wrapping_add(1);
        if self.count == 0 {
            self.at += 1;
        }
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&self.at.to_be_bytes()[2..]);
        bytes[Mark::PLACE].copy_from_slice(&self.mark.0);
        bytes[12..].copy_from_slice(&self.count.to_be_bytes());
        DeliveryId::from_bytes(bytes)
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
        series.count = u32::MAX;
        assert!(series.make_at(0) > ids[ids.len() - 1], "the number may begin anew");
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
        assert_eq!(own.bytes()[Mark::PLACE], one.mark().bytes());
        assert_ne!(own.to_string()[28..], one.make().to_string()[28..], "ids differ at their ends");
    }
}
