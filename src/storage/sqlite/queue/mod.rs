//! Pending deliveries: accepting, scheduling, reading, recording.

pub mod adapter;
pub mod claims;
pub mod clock_shift;
pub mod due;
pub mod enqueue;
pub mod first_successes;
pub mod floors;
pub mod gathered;
pub mod job;
pub mod judging;
pub mod known_headers;
pub mod lane;
pub mod metered;
pub mod pending;
pub mod record;
pub mod row_set;
pub mod scheduler;
pub mod seat;
pub mod trial;
