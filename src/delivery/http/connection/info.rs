//! What is known of the connection that a request goes over.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::delivery::http::connection_limit::Usage;

/// What is known of a connection. Clones are of the same one.
#[derive(Debug, Clone)]
pub struct ConnInfo(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    address: SocketAddr,
    made_at: Instant,
    usage: Arc<Usage>,
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
    /// It carries no new request.
    retired: AtomicBool,
}

impl ConnInfo {
    pub fn new(address: SocketAddr, usage: Arc<Usage>) -> Self {
        Self(Arc::new(Facts {
            address,
            made_at: Instant::now(),
            usage,
            came: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            came_at: AtomicU64::new(0),
            progress: AtomicU64::new(0),
            refused: AtomicBool::new(false),
            allows_nothing: AtomicBool::new(false),
            retired: AtomicBool::new(false),
        }))
    }

    /// Where it leads.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Whether it is being closed to make room for another one.
    pub fn is_closing(&self) -> bool {
        self.0.usage.is_closing()
    }

    /// Lets it carry no new request. Requests in flight over it continue.
    pub fn retire(&self) {
        self.0.retired.store(true, Ordering::Release);
    }

    pub fn is_retired(&self) -> bool {
        self.0.retired.load(Ordering::Acquire)
    }

    /// The time since it was made.
    pub fn age(&self) -> Duration {
        self.0.made_at.elapsed()
    }

    /// Whether nothing came over it for so long. Only HTTP/2 connections know.
    pub fn is_silent_for(&self, silence: Duration) -> bool {
        let came_at = Duration::from_millis(self.0.came_at.load(Ordering::Acquire));
        self.age().saturating_sub(came_at) >= silence
    }

    pub fn note_came(&self, bytes: usize, is_http2: bool) {
        self.0.came.fetch_add(bytes as u64, Ordering::AcqRel);
        if is_http2 {
            let at = u64::try_from(self.age().as_millis()).unwrap_or(u64::MAX);
            self.0.came_at.store(at, Ordering::Release);
        }
    }

    pub fn has_come(&self) -> bool {
        self.0.came.load(Ordering::Acquire) > 0
    }

    /// A part of a response came.
    pub fn note_progress(&self) {
        self.0.progress.fetch_add(1, Ordering::AcqRel);
    }

    pub fn progress(&self) -> u64 {
        self.0.progress.load(Ordering::Acquire)
    }

    pub fn note_allows_nothing(&self, allows_nothing: bool) {
        self.0.allows_nothing.store(allows_nothing, Ordering::Release);
    }

    /// Whether the peer has said that it allows no requests over it.
    pub fn allows_nothing(&self) -> bool {
        self.0.allows_nothing.load(Ordering::Acquire)
    }

    /// A request was not written to it.
    pub fn refuse(&self) {
        self.0.refused.store(true, Ordering::Release);
    }

    /// An answer was read to its end.
    pub fn settle(&self) {
        self.0.settled.store(self.0.came.load(Ordering::Acquire), Ordering::Release);
    }

    /// Whether a request that fails over it may be sent again: it was not written; or the connection
    /// has carried answers before, and nothing has come over it since, so that the server may have
    /// closed it before the request arrived.
    pub fn leaves_unanswered(&self) -> bool {
        let settled = self.0.settled.load(Ordering::Acquire);
        self.0.refused.load(Ordering::Acquire)
            || settled > 0 && settled == self.0.came.load(Ordering::Acquire)
    }
}

/// A connection in use by a request: it is not idle until this is dropped.
#[derive(Debug)]
pub struct InUse {
    info: ConnInfo,
    /// What had come over it when the request began.
    came_before: u64,
}

impl InUse {
    /// A request begins to use this connection.
    pub fn of(info: &ConnInfo) -> Self {
        info.0.usage.begin();
        Self { info: info.clone(), came_before: info.0.came.load(Ordering::Acquire) }
    }

    /// Whether the request may be sent again if it fails: nothing came since it began, not even for other
    /// requests that share the connection.
    pub fn leaves_unanswered(&self) -> bool {
        let came = self.info.0.came.load(Ordering::Acquire);
        self.info.leaves_unanswered()
            && (self.info.0.refused.load(Ordering::Acquire) || came == self.came_before)
    }
}

impl Deref for InUse {
    type Target = ConnInfo;

    fn deref(&self) -> &ConnInfo {
        &self.info
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        self.info.0.usage.end();
    }
}
