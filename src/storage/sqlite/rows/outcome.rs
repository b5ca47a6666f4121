//! The outcome of a delivery. One that succeeded at its first attempt is in the table `delivered`, and its row is as
//! it was accepted: the rest is in that attempt. The outcome of any other is in its row.

/// This source of rows of `delivery`, with the tables that the columns below need.
pub fn with_outcome(deliveries: &str) -> String {
    format!(
        "{deliveries} LEFT JOIN delivered
             ON delivered.lane = delivery.lane AND delivered.seq = delivery.seq AND delivery.state = 0
         LEFT JOIN attempt AS only ON only.key = delivered.seq << 10 | 1"
    )
}

/// Whether the row of a delivery is one of those in `delivered`, without a join.
pub const IS_IN_DELIVERED: &str = "(delivery.state IS 0 AND EXISTS (SELECT 1 FROM delivered
     WHERE delivered.lane = delivery.lane AND delivered.seq = delivery.seq))";

/// Whether a delivery is in the queue of its lane.
pub const IS_IN_QUEUED: &str = "(delivery.state IS 0 AND EXISTS (SELECT 1 FROM queued
     WHERE queued.lane = delivery.lane AND queued.seq = delivery.seq))";

/// When it ended, in milliseconds, as a literal that other constants contain.
macro_rules! ended_at {
    () => {
        "coalesce(ended_at, only.started_at + only.duration_ms)"
    };
}
pub(crate) use ended_at;

/// When it ended, in milliseconds.
pub const ENDED_AT: &str = ended_at!();
