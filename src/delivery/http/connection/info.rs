//! What is known of the connection that a request goes over.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::delivery::http::connection_limit::{Handle, Usage};

/// What is known of a connection. Clones are of the same one.
#[derive(Debug, Clone)]
pub struct ConnInfo {
    /// Where it leads.
    pub address: SocketAddr,
    made_at: Instant,
    facts: Arc<Facts>,
    /// Counts who uses it; none on the connection itself.
    _handle: Option<Handle>,
}

#[derive(Debug, Default)]
struct Facts {
    /// Bytes that came over it, within TLS where there is TLS.
    came: AtomicU64,
    /// Those of them that belong to answers which were read to their end.
    settled: AtomicU64,
    /// When bytes came last, in milliseconds after it was made; written with HTTP/2 only.
    came_at: AtomicU64,
    /// Grows with every head of a response, and every part of a body.
    progress: AtomicU64,
    refused: AtomicBool,
    /// The peer allows no requests; HTTP/2 only.
    allows_nothing: AtomicBool,
}

impl ConnInfo {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, made_at: Instant::now(), facts: Arc::default(), _handle: None }
    }

    /// The same one, for the pool: clones of this count as uses.
    pub fn counted(&self, usage: &Arc<Usage>) -> Self {
        Self { _handle: Some(Handle::of(usage)), ..self.clone() }
    }

    /// The time since it was made.
    pub fn age(&self) -> Duration {
        self.made_at.elapsed()
    }

    /// Whether nothing came over it for so long. Only HTTP/2 connections know.
    pub fn is_silent_for(&self, silence: Duration) -> bool {
        let came_at = Duration::from_millis(self.facts.came_at.load(Ordering::Acquire));
        self.age().saturating_sub(came_at) >= silence
    }

    pub fn note_came(&self, bytes: usize, is_http2: bool) {
        self.facts.came.fetch_add(bytes as u64, Ordering::AcqRel);
        if is_http2 {
            let at = u64::try_from(self.age().as_millis()).unwrap_or(u64::MAX);
            self.facts.came_at.store(at, Ordering::Release);
        }
    }

    pub fn has_come(&self) -> bool {
        self.facts.came.load(Ordering::Acquire) > 0
    }

    /// A part of a response came.
    pub fn note_progress(&self) {
        self.facts.progress.fetch_add(1, Ordering::AcqRel);
    }

    pub fn progress(&self) -> u64 {
        self.facts.progress.load(Ordering::Acquire)
    }

    pub fn note_allows_nothing(&self, allows_nothing: bool) {
        self.facts.allows_nothing.store(allows_nothing, Ordering::Release);
    }

    /// Whether the peer has said that it allows no requests over it.
    pub fn allows_nothing(&self) -> bool {
        self.facts.allows_nothing.load(Ordering::Acquire)
    }

    /// A request was not written to it.
    pub fn refuse(&self) {
        self.facts.refused.store(true, Ordering::Release);
    }

    /// An answer was read to its end.
    pub fn settle(&self) {
        self.facts.settled.store(self.facts.came.load(Ordering::Acquire), Ordering::Release);
    }

    /// Whether a request that fails over it may be sent again: it was not written; or the connection
    /// has carried answers before, and nothing has come over it since, so that the server may have
    /// closed it before the request arrived.
    pub fn leaves_unanswered(&self) -> bool {
        let settled = self.facts.settled.load(Ordering::Acquire);
        self.facts.refused.load(Ordering::Acquire)
            || settled > 0 && settled == self.facts.came.load(Ordering::Acquire)
    }
}
