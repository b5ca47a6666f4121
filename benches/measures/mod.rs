//! The measurements of the bench of the sender, one per file.

pub mod hanging;
pub mod late_events;
pub mod many_lanes;
pub mod many_profiles;
pub mod memory;
pub mod processor;
pub mod retries;
pub mod silent_names;
