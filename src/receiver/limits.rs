//! How long the receiver waits for a client, and how many connections it takes.

use std::time::Duration;

/// Bytes of a head from which no more is read: 128 KiB, twice what a profile can have in headers. A head that is longer, by more than what the last
/// read brought, is answered with 431.
pub(super) const HEAD_READ: usize = 128 << 10;

/// Limits of the receiver: a client that stops half-way must not stay for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiverLimits {
    /// Connections that are open at a time. More wait until one is closed; those that are idle are.
    pub connections: usize,
    /// How long a connection may take to send the head of its next request. Then it is closed.
    pub head: Duration,
    /// How long a request's body may take. Then the request is answered with 408.
    pub body: Duration,
    /// How long the head and the body of a request may take while all connections are taken. Then the
    /// connection makes room for another: without a response to a head, with 408 to a body.
    pub crowded: Duration,
    /// How long a connection may take no byte of a response. Then it is closed.
    pub response: Duration,
}

impl Default for ReceiverLimits {
    fn default() -> Self {
        const TIME: Duration = Duration::from_secs(30);
        Self { connections: 64, head: TIME, body: TIME, crowded: Duration::from_secs(2), response: TIME }
    }
}
