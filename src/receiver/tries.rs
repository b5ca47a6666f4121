//! How often each delivery was tried.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// Deliveries remembered; the oldest is forgotten first.
const REMEMBERED: usize = 10_000;

/// Counts tries by delivery. Ids are kept as hashes, so that a long one takes no more memory.
#[derive(Debug, Default)]
pub(super) struct Tries {
    hasher: RandomState,
    counts: HashMap<u64, u32>,
    oldest: VecDeque<u64>,
}

impl Tries {
    /// Counts a try and gives its number, 1 being the first. Tries without an id count as those of
    /// one delivery.
    pub(super) fn count(&mut self, id: Option<&[u8]>) -> u32 {
        let key = self.hasher.hash_one(id);
        let count = self.counts.entry(key).or_insert_with(|| {
            self.oldest.push_back(key);
            0
        });
        *count = count.saturating_add(1);
        let count = *count;
        if self.oldest.len() > REMEMBERED
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.counts.remove(&oldest);
        }
        count
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.oldest.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_delivery_has_its_own_count() {
        let mut tries = Tries::default();
        assert_eq!(tries.count(Some(b"a")), 1);
        assert_eq!(tries.count(Some(b"a")), 2);
        assert_eq!(tries.count(Some(b"b")), 1);
        assert_eq!(tries.count(None), 1);
        assert_eq!(tries.count(None), 2);
        tries.clear();
        assert_eq!(tries.count(Some(b"a")), 1);
    }

    #[test]
    fn the_oldest_is_forgotten_and_no_more() {
        let mut tries = Tries::default();
        for id in 0..=REMEMBERED {
            tries.count(Some(&id.to_le_bytes()));
        }
        assert_eq!((tries.counts.len(), tries.oldest.len()), (REMEMBERED, REMEMBERED));
        assert_eq!(tries.count(Some(&1usize.to_le_bytes())), 2);
        assert_eq!(tries.count(Some(&0usize.to_le_bytes())), 1);
    }
}
