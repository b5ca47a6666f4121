//! What the board does not say yet of the attempts in flight.
//!
//! Whoever watches is woken by each change. Most attempts begin and end between two looks of a person: those are
//! never written there.

use std::time::{Duration, Instant};

use crate::delivery::hash::FastMap;
use crate::delivery::sender_status::InFlight;
use crate::record::DeliveryId;

/// The board is changed no sooner than this after the last change: less than a frame of a screen.
const PAUSE: Duration = Duration::from_millis(10);

/// What is to be written on the board.
#[derive(Debug, Default)]
pub struct Untold {
    /// Attempts that began.
    pub started: FastMap<DeliveryId, InFlight>,
    /// Those that the board says are in flight and are not any more.
    pub ended: Vec<DeliveryId>,
    told_at: Option<Instant>,
}

impl Untold {
    /// An attempt began.
    pub fn start(&mut self, id: DeliveryId, attempt: InFlight) {
        self.started.insert(id, attempt);
    }

    /// An attempt is over.
    pub fn end(&mut self, id: DeliveryId) {
        if self.started.remove(&id).is_none() {
            self.ended.push(id);
        }
    }

    /// When it is to be written; none where there is nothing to write.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let is_empty = self.started.is_empty() && self.ended.is_empty();
        (!is_empty).then(|| self.told_at.map_or(now, |at| at + PAUSE))
    }

    /// It is written at this time.
    pub fn told(&mut self, now: Instant) {
        self.told_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn attempts_that_begin_and_end_between_two_looks_are_no_news() {
        let (mut untold, now) = (Untold::default(), Instant::now());
        let [one, other] = [1, 2].map(|n| DeliveryId::from_bytes([n; 16]));
        let attempt = |n| InFlight { n, started_at: Timestamp::UNIX_EPOCH };
        assert_eq!(untold.due(now), None);
        untold.start(one, attempt(1));
        assert_eq!(untold.due(now), Some(now), "the first one is told at once");
        untold.started.clear();
        untold.told(now);
        untold.start(other, attempt(1));
        assert_eq!(untold.due(now), Some(now + PAUSE));
        untold.end(other);
        assert_eq!(untold.due(now), None);
        untold.end(one);
        untold.start(one, attempt(2));
        untold.end(one);
        assert_eq!(
            (untold.started.len(), &untold.ended[..]),
            (0, &[one][..]),
            "the board has the first attempt"
        );
        assert_eq!(untold.due(now), Some(now + PAUSE));
    }
}
