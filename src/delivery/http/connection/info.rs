//! State of the connection that a request is sent over.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::delivery::http::connection_limit::Usage;

/// How many requests a peer allows at a time that has not said it.
const NOT_SAID: u64 = u64::MAX;

/// State of a connection. Clones share it.
#[derive(Debug, Clone)]
pub struct ConnInfo(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    address: SocketAddr,
    made_at: Instant,
    usage: Arc<Usage>,
    /// Received bytes, inside TLS if there is TLS.
    came: AtomicU64,
    /// Those of them that belong to completely read responses.
    settled: AtomicU64,
    /// When bytes were last received, in milliseconds since it was opened; only for HTTP/2.
    came_at: AtomicU64,
    /// Increases with every head of a response, and every part of a body.
    progress: AtomicU64,
    refused: AtomicBool,
    /// How many requests the peer allows at a time; HTTP/2 only.
    allowed: AtomicU64,
    /// Told when it may allow another request.
    waiting: OnceLock<Arc<Notify>>,
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
            allowed: AtomicU64::new(NOT_SAID),
            waiting: OnceLock::new(),
            retired: AtomicBool::new(false),
        }))
    }

    /// The remote address.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Whether it is being closed to make room for another one.
    pub fn is_closing(&self) -> bool {
        self.0.usage.is_closing()
    }

    /// Stops using it for new requests. Requests in flight over it continue.
    pub fn retire(&self) {
        self.0.retired.store(true, Ordering::Release);
    }

    pub fn is_retired(&self) -> bool {
        self.0.retired.load(Ordering::Acquire)
    }

    /// The time since it was opened.
    pub fn age(&self) -> Duration {
        self.0.made_at.elapsed()
    }

    /// The same at a time that is known already.
    pub fn age_at(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.0.made_at)
    }

    /// Whether nothing was received for this long. Only known for HTTP/2.
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

    /// A part of a response was received.
    pub fn note_progress(&self) {
        self.0.progress.fetch_add(1, Ordering::AcqRel);
    }

    pub fn progress(&self) -> u64 {
        self.0.progress.load(Ordering::Acquire)
    }

    /// The peer allows so many requests at a time.
    pub fn note_allowed(&self, allowed: u32) {
        let allowed = u64::from(allowed);
        if self.0.allowed.swap(allowed, Ordering::AcqRel) != allowed {
            self.tell_waiting();
        }
    }

    /// Whether the peer has said how many requests it allows.
    pub fn knows_what_it_allows(&self) -> bool {
        self.0.allowed.load(Ordering::Acquire) != NOT_SAID
    }

    /// Whether the peer allows no requests over it.
    pub fn allows_nothing(&self) -> bool {
        self.0.allowed.load(Ordering::Acquire) == 0
    }

    /// Whether the peer allows another request now: only one, before it has said how many.
    pub fn allows_another(&self) -> bool {
        let allowed = match self.0.allowed.load(Ordering::Acquire) {
            NOT_SAID => 1,
            allowed => allowed,
        };
        u64::from(self.0.usage.uses()) < allowed
    }

    /// Whether a request uses it, or one did within this time.
    pub fn was_used_within(&self, time: Duration) -> bool {
        self.0.usage.was_used_within(time)
    }

    /// Has these told whenever it may allow another request.
    pub fn tell(&self, waiting: &Arc<Notify>) {
        // The requests of one client share it: they are always the same.
        self.0.waiting.get_or_init(|| Arc::clone(waiting));
    }

    fn tell_waiting(&self) {
        if let Some(waiting) = self.0.waiting.get() {
            waiting.notify_waiters();
        }
    }

    /// A request was not written to it.
    pub fn refuse(&self) {
        self.0.refused.store(true, Ordering::Release);
    }

    /// A response was read completely.
    pub fn settle(&self) {
        self.0.settled.store(self.0.came.load(Ordering::Acquire), Ordering::Release);
    }

    /// Whether a request that fails over it may be repeated: it was not written; or the connection has carried
    /// responses before, and nothing was received since, so that the server may have closed it before the request
    /// arrived.
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
    /// The bytes received before the request started.
    came_before: u64,
}

impl InUse {
    /// A request starts using this connection.
    pub fn of(info: &ConnInfo) -> Self {
        info.0.usage.begin();
        Self { info: info.clone(), came_before: info.0.came.load(Ordering::Acquire) }
    }

    /// Whether the request may be repeated if it fails: nothing was received since it started, not even for other
    /// requests on the connection.
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
        self.info.tell_waiting();
    }
}
