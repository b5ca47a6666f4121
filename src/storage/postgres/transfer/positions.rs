//! Positions of copied deliveries: the same order as in the source, each as near to its time of acceptance as that
//! allows, and before everything that is accepted here later.

use std::collections::{BTreeMap, BTreeSet};

/// How many positions a microsecond has.
const IN_MICROSECOND: i64 = 2048;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Assigns positions to deliveries in their order.
#[derive(Debug, Clone, Copy)]
pub struct Positions {
    /// The last one that was assigned.
    last: Option<i64>,
    /// When the copy began, in milliseconds: no delivery was accepted later, whatever its clock said.
    began_at: i64,
}

impl Positions {
    /// After this position.
    pub fn after(last: Option<i64>, began_at: i64) -> Self {
        Self { last, began_at }
    }

    /// The last one.
    pub fn last(self) -> Option<i64> {
        self.last
    }

    /// The position of the next delivery, accepted at this time in milliseconds.
    pub fn next(&mut self, accepted_at: i64) -> i64 {
        let at = accepted_at.clamp(0, self.began_at).saturating_mul(1000).saturating_mul(IN_MICROSECOND);
        let next = self.last.map_or(at, |last| at.max(last.saturating_add(1)));
        self.last = Some(next);
        next
    }
}

/// The days of these positions, counted from 1970.
pub fn days(positions: &BTreeMap<i64, i64>) -> BTreeSet<i32> {
    let day = |position: &i64| i32::try_from(position / IN_MICROSECOND / DAY).unwrap_or_default();
    positions.values().map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays_whatever_the_clocks_said() {
        let began_at = 1_000_000;
        let mut positions = Positions::after(None, began_at);
        let given: Vec<i64> =
            [500, 500, 400, i64::MAX, 700, i64::MIN].into_iter().map(|at| positions.next(at)).collect();
        assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
        assert_eq!(given[..2], [500 * 1000 * 2048, 500 * 1000 * 2048 + 1]);
        let limit = (began_at + 1) * 1000 * 2048;
        assert!(given.iter().all(|position| *position < limit), "before all that comes later: {given:?}");
        assert_eq!(positions.last(), given.last().copied());
        let mut resumed = Positions::after(Some(given[2]), began_at);
        assert_eq!(resumed.next(i64::MAX), given[3], "the same after an interruption");
    }

    #[test]
    fn days_are_those_of_the_partitions() {
        let mut positions = Positions::after(None, i64::MAX / 4_096_000);
        let at = |day: i64| day * 86_400_000;
        let all = [at(0), at(1) - 1, at(20_000), at(20_000) + 5].map(|at| positions.next(at));
        let all = (0..).zip(all).collect();
        assert_eq!(days(&all), BTreeSet::from([0, 20_000]));
    }
}
