//! How much is blocked, and by what.

use crate::storage::control::block::Block;

/// Numbers of blocked deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockedCounts {
    /// First attempts.
    pub queued: u64,
    /// Retries, due or not.
    pub waiting: u64,
    /// Their blocks, oldest first.
    pub by: Vec<Block>,
}

impl BlockedCounts {
    /// How many are blocked.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.queued + self.waiting
    }
}
