//! The report of a sender when it renews its seat.

/// The report of a sender when it renews its seat ([`Queue::renew`](super::Queue::renew)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SenderReport {
    /// The last sender for which it has reduced its attempts to its shares ([`Fleet::newest`](super::Fleet::newest));
    /// none before it knows any.
    pub adapted_to: Option<i64>,
    /// Requests in flight.
    pub in_flight: usize,
    /// Attempts per second that ended recently.
    pub rate: u32,
    /// What prevents it from sending, if anything.
    pub trouble: Option<String>,
}
