//! The write-ahead log: when it goes into the database, and what keeps it from that.

pub mod checkpoint;
pub mod frame_time;
pub mod index;
pub mod pinned;
