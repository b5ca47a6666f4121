//! Time and connection limits of the receiver.

use std::time::Duration;

/// The size of a head from which no more is read: 128 KiB, twice what a profile can have in headers. A head that is
/// longer, by more than the last read returned, gets a response with 431.
pub(super) const HEAD_READ: usize = 128 << 10;

/// Limits of the receiver: a client that stops half-way must not stay for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiverLimits {
    /// The maximum number of open connections. Further ones wait until one is closed; idle ones are closed.
    pub connections: usize,
    /// How long a connection may take to send the head of its next request before it is closed.
    pub head: Duration,
    /// How long a request's body may take before the response 408.
    pub body: Duration,
    /// How long the head and the body of a request may take while all connections are in use. Then the connection
    /// makes room for another: without a response to a head, with 408 to a body.
    pub crowded: Duration,
    /// How long the client may not read a response before its connection is closed.
    pub response: Duration,
}

impl Default for ReceiverLimits {
    fn default() -> Self {
        const TIME: Duration = Duration::from_secs(30);
        Self { connections: 64, head: TIME, body: TIME, crowded: Duration::from_secs(2), response: TIME }
    }
}
