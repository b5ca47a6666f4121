//! What a sender says of itself when it renews its seat.

/// What a sender says of itself when it renews its seat ([`Queue::renew`](super::Queue::renew)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SenderReport {
    /// The last sender beside which it has brought its attempts down to its shares
    /// ([`Fleet::newest`](super::Fleet::newest)); none before it knows any.
    pub adapted_to: Option<i64>,
    /// Requests in flight.
    pub in_flight: usize,
    /// Attempts per second that ended lately.
    pub rate: u32,
    /// What keeps it from sending, if something does.
    pub trouble: Option<String>,
}
