//! The connections over HTTP/2 to one host, which requests share.
//!
//! A server says how many requests it allows over one connection at a time. Another one is opened when each
//! carries so many, so that no request waits behind one that hangs.

use std::time::{Duration, Instant};

use super::bounds::IDLE_TIMEOUT;
use super::http2::Http2;

/// The connections to one host.
#[derive(Debug, Default)]
pub struct SharedConnections {
    all: Vec<Shared>,
    /// A request opens another one.
    pub is_opening: bool,
}

#[derive(Debug)]
struct Shared {
    connection: Http2,
    shared_at: Instant,
}

impl Shared {
    /// Whether it carries requests, or did lately.
    fn is_fresh(&self) -> bool {
        self.shared_at.elapsed() < IDLE_TIMEOUT || self.connection.info.was_used_within(IDLE_TIMEOUT)
    }
}

impl SharedConnections {
    /// One that allows another request now.
    pub fn free(&self) -> Option<&Http2> {
        self.all.iter().map(|shared| &shared.connection).find(|connection| connection.info.has_free_stream())
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether another one is of use now: what a new one allows is known first.
    pub fn may_open(&self) -> bool {
        !self.is_opening && self.all.iter().all(|shared| shared.connection.info.knows_max_streams())
    }

    pub fn add(&mut self, connection: Http2) {
        self.all.push(Shared { connection, shared_at: Instant::now() });
    }

    /// Drops those that can carry no other request. What is in flight over them continues.
    pub fn drop_closed(&mut self, oldest: Duration) {
        self.all.retain(|shared| shared.connection.is_ready() && shared.connection.info.age() < oldest);
    }

    /// Drops those that have carried no request for a while.
    pub fn drop_idle(&mut self) {
        self.all.retain(Shared::is_fresh);
    }
}
