//! Limits of connections.

use std::time::Duration;

use rustix::process::{Resource, getrlimit};

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
    /// How long a stop waits for requests in progress.
    pub stop: Duration,
    /// The longest head of a request in bytes; also of its buffer.
    pub head: usize,
}

impl ServerLimits {
    /// The usual ones with this many connections, or with as many as the process may have: a quarter of its file
    /// descriptors, since the sender and the database need theirs.
    #[must_use]
    pub fn of(connections: usize) -> Self {
        let allowed = getrlimit(Resource::Nofile).current;
        let most = allowed.map_or(usize::MAX, |all| usize::try_from(all / 4).unwrap_or(usize::MAX)).max(1);
        Self { connections: connections.clamp(1, most), ..Self::default() }
    }
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
            stop: Duration::from_mins(1),
            head: 64 << 10,
        }
    }
}
