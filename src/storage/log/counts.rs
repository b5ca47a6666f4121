//! How many deliveries there are.

/// How many deliveries there are, by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "each is named for its state")]
pub struct Counts {
    pub queued: u64,
    pub waiting: u64,
    pub delivered: u64,
    pub failed: u64,
    pub cancelled: u64,
}
