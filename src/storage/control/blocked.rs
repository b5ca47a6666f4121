//! How much is blocked, and by what.

use crate::storage::control::block::Block;

/// What is queued and not sent for now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    /// First tries.
    pub queued: u64,
    /// Retries, due or not.
    pub waiting: u64,
    /// What holds them, the oldest first.
    pub by: Vec<Block>,
}

impl Blocked {
    /// How many are held.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.queued + self.waiting
    }
}
