//! Whose clock decides when a retry is due.

/// Whose clock decides when a retry is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockSource {
    /// The sender's. When that is set, the sender shifts waiting deliveries ([`Queue::shift`](super::Queue::shift)).
    Sender,
    /// The store's: times are passed as durations, and a sender whose clock is set shifts nothing.
    Store,
}
