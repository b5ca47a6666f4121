//! References that a queue gives out with a delivery and understands when it gets them back.

use super::DeliveryId;

/// A claim on one delivery, as the queue that gave it out names it. The sender passes it back with the
/// outcome, or releases it; what the token means only that queue knows: a row, or the number of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobRef {
    /// The delivery.
    pub id: DeliveryId,
    token: i64,
}

impl JobRef {
    /// For a queue: the claim that it knows by this token.
    #[must_use]
    pub const fn new(id: DeliveryId, token: i64) -> Self {
        Self { id, token }
    }

    /// For the queue that gave it out.
    #[must_use]
    pub const fn token(self) -> i64 {
        self.token
    }
}

/// A lane: the deliveries of one profile to one origin, those sent by a person apart. Their order is the
/// order in which the queue goes round its lanes; what the number means only the queue knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(i64);

impl LaneId {
    /// For a queue: the lane that it knows by this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// For the queue that gave it out.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}
