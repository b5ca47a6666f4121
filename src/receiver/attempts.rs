//! Counts the attempts of each delivery.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// How many deliveries are remembered; the oldest is forgotten first.
const REMEMBERED: usize = 10_000;

/// Counts attempts by delivery. IDs are stored as hashes, so that a long one takes no more memory.
#[derive(Debug, Default)]
pub(super) struct AttemptCounts {
    hasher: RandomState,
    counts: HashMap<u64, u32>,
    oldest: VecDeque<u64>,
}

impl AttemptCounts {
    /// Counts an attempt and returns its number, from 1. Attempts without an ID count as those of one delivery.
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

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.oldest.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_delivery_is_counted_separately() {
        let mut attempts = AttemptCounts::default();
        assert_eq!(attempts.count(Some(b"a")), 1);
        assert_eq!(attempts.count(Some(b"a")), 2);
        assert_eq!(attempts.count(Some(b"b")), 1);
        assert_eq!(attempts.count(None), 1);
        assert_eq!(attempts.count(None), 2);
        attempts.clear();
        assert_eq!(attempts.count(Some(b"a")), 1);
    }

    #[test]
    fn only_the_oldest_is_forgotten() {
        let mut attempts = AttemptCounts::default();
        for id in 0..=REMEMBERED {
            attempts.count(Some(&id.to_le_bytes()));
        }
        assert_eq!((attempts.counts.len(), attempts.oldest.len()), (REMEMBERED, REMEMBERED));
        assert_eq!(attempts.count(Some(&1usize.to_le_bytes())), 2);
        assert_eq!(attempts.count(Some(&0usize.to_le_bytes())), 1);
    }
}
