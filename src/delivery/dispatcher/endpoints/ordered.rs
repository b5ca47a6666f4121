//! A sorted map that usually has few entries.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Up to this many entries are a sorted list, which does not allocate per entry.
const FEW: usize = 64;

/// A sorted map.
#[derive(Debug)]
pub enum Ordered<K, V> {
    /// Sorted.
    Few(Vec<(K, V)>),
    /// Until it is empty.
    Many(BTreeMap<K, V>),
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<K: Ord, V> Ordered<K, V> {
    /// Adds or replaces an entry.
    pub fn insert(&mut self, key: K, value: V) {
        let few = match self {
            Self::Few(few) => few,
            Self::Many(many) => {
                many.insert(key, value);
                return;
            }
        };
        // Usually it is the last one.
        let at = match few.last() {
            Some((last, _)) if *last >= key => few.binary_search_by(|(other, _)| other.cmp(&key)),
            _ => Err(few.len()),
        };
        match at {
            Ok(at) => few[at].1 = value,
            Err(at) => few.insert(at, (key, value)),
        }
        if few.len() > FEW {
            *self = Self::Many(std::mem::take(few).into_iter().collect());
        }
    }

    /// Removes an entry.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        match self {
            Self::Few(few) => {
                let at = few.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
                Some(few.remove(at).1)
            }
            Self::Many(many) => {
                let removed = many.remove(key);
                self.shrink();
                removed
            }
        }
    }

    /// The first entry.
    pub fn first(&self) -> Option<(&K, &V)> {
        match self {
            Self::Few(few) => few.first().map(|(key, value)| (key, value)),
            Self::Many(many) => many.first_key_value(),
        }
    }

    /// The last entry.
    pub fn last(&self) -> Option<(&K, &V)> {
        match self {
            Self::Few(few) => few.last().map(|(key, value)| (key, value)),
            Self::Many(many) => many.last_key_value(),
        }
    }

    /// The first entry from this key on.
    pub fn first_from(&self, key: &K) -> Option<(&K, &V)> {
        match self {
            Self::Few(few) => {
                let at = few.partition_point(|(other, _)| other < key);
                few.get(at).map(|(key, value)| (key, value))
            }
            Self::Many(many) => many.range(key..).next(),
        }
    }

    /// The last entry of a range.
    pub fn last_of(&self, keys: &RangeInclusive<K>) -> Option<(&K, &V)> {
        match self {
            Self::Few(few) => {
                let end = few.partition_point(|(other, _)| other <= keys.end());
                let (key, value) = few.get(end.checked_sub(1)?)?;
                (key >= keys.start()).then_some((key, value))
            }
            Self::Many(many) => many.range(keys.start()..=keys.end()).next_back(),
        }
    }

    /// Removes the first entry.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        match self {
            Self::Few(few) => (!few.is_empty()).then(|| few.remove(0)),
            Self::Many(many) => {
                let first = many.pop_first();
                self.shrink();
                first
            }
        }
    }

    /// The values, in order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        let (few, many) = match self {
            Self::Few(few) => (Some(few), None),
            Self::Many(many) => (None, Some(many)),
        };
        let few = few.into_iter().flatten().map(|(_, value)| value);
        few.chain(many.into_iter().flat_map(BTreeMap::values))
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        match self {
            Self::Few(few) => few.clear(),
            Self::Many(_) => *self = Self::default(),
        }
    }

    fn shrink(&mut self) {
        if self.is_empty() {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few keys and many steps, so that it alternates between few and many entries.
        #[test]
        fn it_is_a_map_in_order(steps in prop::collection::vec((0_u8..6, 0_u8..200), 0..600)) {
            let (mut ordered, mut map) = (Ordered::default(), BTreeMap::new());
            for (n, (step, key)) in steps.into_iter().enumerate() {
                match step {
                    0..=3 => {
                        ordered.insert(key, n);
                        map.insert(key, n);
                    }
                    4 => prop_assert_eq!(ordered.remove(&key), map.remove(&key)),
                    _ if key == 0 => {
                        ordered.clear();
                        map.clear();
                    }
                    _ => prop_assert_eq!(ordered.pop_first(), map.pop_first()),
                }
                let until = key.saturating_add(20);
                prop_assert_eq!(ordered.first(), map.first_key_value());
                prop_assert_eq!(ordered.last(), map.last_key_value());
                prop_assert_eq!(ordered.first_from(&key), map.range(key..).next());
                prop_assert_eq!(ordered.last_of(&(key..=until)), map.range(key..=until).next_back());
                prop_assert_eq!((ordered.len(), ordered.is_empty()), (map.len(), map.is_empty()));
            }
            prop_assert!(ordered.values().eq(map.values()));
        }
    }

    #[test]
    fn many_entries_become_few_again() {
        let mut ordered: Ordered<usize, ()> = Ordered::default();
        for _ in 0..2 {
            (0..=FEW).for_each(|key| ordered.insert(key, ()));
            assert!(matches!(ordered, Ordered::Many(_)));
            (0..=FEW).for_each(|key| assert!(ordered.remove(&key).is_some()));
            assert!(matches!(ordered, Ordered::Few(_)));
        }
    }
}
