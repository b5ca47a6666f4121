//! Wakeups of a sender.

/// What happened to pending deliveries, other than by this sender. Only that a number differs means
/// anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wakeup {
    /// There may be more to send.
    pub enqueued: u64,
    /// Something was cancelled, retried now, paused or resumed, or a profile changed: what was read ahead
    /// may no longer hold.
    pub invalidated: u64,
    /// A sender joined or left: the seat is renewed at once, which says who shares the slots now.
    pub fleet: u64,
}
