//! Wakeups of a sender.

/// Changes of pending deliveries by others than this sender. Only a difference in a number is meaningful.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wakeup {
    /// There may be more to send.
    pub enqueued: u64,
    /// Something was cancelled, retried now, paused or resumed, or a profile changed: read-ahead may be outdated.
    pub invalidated: u64,
    /// A sender joined or left: the seat is renewed at once, which says who shares the slots now.
    pub fleet: u64,
}
