//! Maps of keys created by this program itself: nobody else can choose keys that collide.

use std::collections::HashMap;

/// A map with a fast, randomly seeded hash.
pub type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
