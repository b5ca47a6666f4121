//! What the bench of the sender measures, a file each.

pub mod hanging;
pub mod late_events;
pub mod many_lanes;
pub mod many_profiles;
pub mod memory;
pub mod processor;
pub mod retries;
pub mod silent_names;
