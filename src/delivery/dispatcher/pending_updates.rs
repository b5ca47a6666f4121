//! Changes of attempts in flight that are not on the board yet.
//!
//! Each change wakes all observers. Most attempts start and end between two looks of a person: those are never
//! published.

use std::time::{Duration, Instant};

use crate::delivery::hash::FastMap;
use crate::delivery::sender_status::InFlight;
use crate::record::DeliveryId;

/// The minimum interval between changes of the board: less than a frame of a screen.
const PAUSE: Duration = Duration::from_millis(10);

/// Changes to publish.
#[derive(Debug, Default)]
pub struct PendingUpdates {
    /// Attempts that started.
    pub started: FastMap<DeliveryId, InFlight>,
    /// Attempts that are in flight according to the board and have ended.
    pub ended: Vec<DeliveryId>,
    published_at: Option<Instant>,
}

impl PendingUpdates {
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

    /// When to publish; none if there is nothing to publish.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let is_empty = self.started.is_empty() && self.ended.is_empty();
        (!is_empty).then(|| self.published_at.map_or(now, |at| at + PAUSE))
    }

    /// Published at this time.
    pub fn published(&mut self, now: Instant) {
        self.published_at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn attempts_that_begin_and_end_between_two_looks_are_no_news() {
        let (mut updates, now) = (PendingUpdates::default(), Instant::now());
        let [one, other] = [1, 2].map(|n| DeliveryId::from_bytes([n; 16]));
        let attempt = |n| InFlight { n, started_at: Timestamp::UNIX_EPOCH };
        assert_eq!(updates.due(now), None);
        updates.start(one, attempt(1));
        assert_eq!(updates.due(now), Some(now), "the first one is published at once");
        updates.started.clear();
        updates.published(now);
        updates.start(other, attempt(1));
        assert_eq!(updates.due(now), Some(now + PAUSE));
        updates.end(other);
        assert_eq!(updates.due(now), None);
        updates.end(one);
        updates.start(one, attempt(2));
        updates.end(one);
        assert_eq!(
            (updates.started.len(), &updates.ended[..]),
            (0, &[one][..]),
            "the board has the first attempt"
        );
        assert_eq!(updates.due(now), Some(now + PAUSE));
    }
}
