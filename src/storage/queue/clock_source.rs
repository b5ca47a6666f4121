//! Whose clock says when a retry is due.

/// Whose clock says when a retry is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockSource {
    /// The sender's. When that is set, the sender has what waits moved ([`Queue::shift`](super::Queue::shift)).
    Sender,
    /// The store's: times go over as durations, and a sender whose clock is set moves nothing.
    Store,
}
