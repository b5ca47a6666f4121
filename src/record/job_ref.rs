//! References that a queue hands out with a delivery and takes back.

use super::DeliveryId;

/// A claim on one delivery, as identified by its queue. The sender returns it with the outcome, or releases it; the
/// token means something only to that queue: a row, or the number of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobRef {
    /// The delivery.
    pub id: DeliveryId,
    token: i64,
}

impl JobRef {
    /// For queues: the claim with this token.
    #[must_use]
    pub const fn new(id: DeliveryId, token: i64) -> Self {
        Self { id, token }
    }

    /// For the queue that handed it out.
    #[must_use]
    pub const fn token(self) -> i64 {
        self.token
    }
}

/// A lane: the deliveries of one profile to one origin, with those sent by a person in a separate lane. Their order
/// is the order in which the queue visits its lanes; the number means something only to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(i64);

impl LaneId {
    /// For queues: the lane with this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// For the queue that handed it out.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}
