//! Deliveries that are left alone for a while, since a try of theirs broke this program.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::record::Place;

/// The first rest; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(5);
/// No rest is longer.
const LONGEST: Duration = Duration::from_hours(1);

/// Which deliveries rest, and until when. A mistake in this program must neither lose a delivery nor
/// send it again and again.
#[derive(Debug, Default)]
pub struct Resting(HashMap<Place, Rest>);

#[derive(Debug)]
struct Rest {
    until: Instant,
    length: Duration,
    /// That it is over was told.
    told: bool,
}

impl Resting {
    /// A try of this delivery broke off: it rests from `now` on.
    pub fn add(&mut self, place: Place, now: Instant) {
        let length = self.0.get(&place).map_or(FIRST, |last| (last.length * 2).min(LONGEST));
        self.0.insert(place, Rest { until: now + length, length, told: false });
    }

    /// A try of this delivery went well: the next rest, if there is one, is short again.
    pub fn forget(&mut self, place: Place) {
        self.0.remove(&place);
    }

    /// Whether one has rested by `now` that was not told of yet.
    pub fn take_rested(&mut self, now: Instant) -> bool {
        let mut any = false;
        for rest in self.0.values_mut().filter(|rest| !rest.told && rest.until <= now) {
            (rest.told, any) = (true, true);
        }
        any
    }

    /// Those that rest at `now`.
    pub fn at(&self, now: Instant) -> impl Iterator<Item = Place> {
        self.0.iter().filter(move |(_, rest)| rest.until > now).map(|(place, _)| *place)
    }

    /// How long it is from `now` until the next one has rested.
    pub fn next(&self, now: Instant) -> Option<Duration> {
        self.0
            .values()
            .filter_map(|rest| rest.until.checked_duration_since(now))
            .filter(|d| !d.is_zero())
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rest_is_longer_until_a_try_goes_well() {
        let (id, now) = (Place { row: 1, lane: 1 }, Instant::now());
        let mut resting = Resting::default();
        assert_eq!(resting.next(now), None);
        resting.add(id, now);
        assert_eq!(resting.next(now), Some(FIRST));
        assert_eq!(resting.at(now).collect::<Vec<_>>(), [id]);
        let rested = now + FIRST;
        assert_eq!((resting.next(rested), resting.at(rested).count()), (None, 0));
        resting.add(id, rested);
        assert_eq!(resting.next(rested), Some(FIRST * 2));
        for _ in 0..20 {
            resting.add(id, rested);
        }
        assert_eq!(resting.next(rested), Some(LONGEST));
        resting.forget(id);
        resting.add(id, rested);
        assert_eq!(resting.next(rested), Some(FIRST));
    }
}
