//! Entries of the feed.

use crate::record::{DeliveryId, DeliveryState};
use crate::storage::ProfileChange;

/// What happened.
#[derive(Debug, Clone)]
pub enum MemoryNote {
    /// A delivery was accepted.
    Accepted(DeliveryId),
    /// An attempt was recorded, which led to this state.
    Attempt(DeliveryId, u32, DeliveryState),
    /// A profile was changed.
    Change(ProfileChange),
}
