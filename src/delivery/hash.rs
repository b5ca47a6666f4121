//! Maps of what this program itself has made: nobody else chooses the keys so that they collide.

use std::collections::HashMap;

/// A map with a fast, randomly seeded hash.
pub type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
