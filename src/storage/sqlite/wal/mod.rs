//! The write-ahead log: when it is checkpointed, and what prevents that.

pub mod checkpoint;
pub mod frame_time;
pub mod index;
pub mod pinned;
