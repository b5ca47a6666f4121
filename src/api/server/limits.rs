//! Limits of connections.

use std::time::Duration;

/// Limits of connections: a client that stops half-way must not stay for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// The maximum number of open connections. Further ones wait until one is closed.
    pub connections: usize,
    /// How long a connection may have no request in progress, before the first one, between two, or while the head
    /// of one arrives.
    pub quiet: Duration,
    /// The same while all connections are in use.
    pub quiet_in_crowd: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a client may not read a response.
    pub response: Duration,
    /// The maximum number of requests in progress on one HTTP/2 connection.
    pub streams: u32,
    /// The longest head of a request in bytes; also of its buffer.
    pub head: usize,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 4096,
            quiet: Duration::from_secs(30),
            quiet_in_crowd: Duration::from_secs(2),
            handshake: Duration::from_secs(10),
            response: Duration::from_secs(30),
            streams: 128,
            head: 64 << 10,
        }
    }
}
