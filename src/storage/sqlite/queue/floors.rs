//! The floors of lanes: everything before them is claimed already.
//!
//! Claimed deliveries stay queued until they are recorded, so a claim would skip all of them, in each lane, to find
//! the next delivery. Deliveries accepted later have later positions, so nothing appears before a floor, except
//! released ones; then all floors are forgotten.

use std::collections::HashMap;
use std::sync::Arc;

/// How many lanes have a floor.
const MOST: usize = 4096;

/// The floors of lanes. A claim sees them as they were when it started.
#[derive(Debug, Default)]
pub struct Floors {
    by_lane: Arc<HashMap<i64, i64>>,
    /// How often they were forgotten.
    forgotten: u64,
}

/// A snapshot of the floors.
#[derive(Debug, Clone, Default)]
pub struct SeenFloors {
    by_lane: Arc<HashMap<i64, i64>>,
    forgotten: u64,
}

impl Floors {
    /// The current floors.
    pub fn seen(&self) -> SeenFloors {
        SeenFloors { by_lane: Arc::clone(&self.by_lane), forgotten: self.forgotten }
    }

    /// Raises those of these lanes to these rows, unless they were forgotten since the snapshot.
    pub fn raise(&mut self, seen: SeenFloors, raised: impl Iterator<Item = (i64, i64)>) {
        let SeenFloors { by_lane, forgotten } = seen;
        // Without other references it is not copied.
        drop(by_lane);
        if forgotten == self.forgotten {
            let floors = Arc::make_mut(&mut self.by_lane);
            if floors.len() >= MOST {
                floors.clear();
            }
            floors.extend(raised);
        }
    }

    /// Forgets all of them: something before them is free again.
    pub fn forget(&mut self) {
        self.by_lane = Arc::default();
        self.forgotten += 1;
    }
}

impl SeenFloors {
    /// The row after which something of a lane may be free.
    pub fn of(&self, lane: i64) -> Option<i64> {
        self.by_lane.get(&lane).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_that_were_forgotten_meanwhile_are_not_raised() {
        let mut floors = Floors::default();
        let seen = floors.seen();
        floors.raise(seen, [(1, 7), (2, 9)].into_iter());
        assert_eq!((floors.seen().of(1), floors.seen().of(2), floors.seen().of(3)), (Some(7), Some(9), None));
        let seen = floors.seen();
        floors.forget();
        floors.raise(seen, [(1, 8)].into_iter());
        assert_eq!(floors.seen().of(1), None);
    }
}
