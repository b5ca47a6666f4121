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

/// The first byte of a response is awaited.
const AWAITED: u64 = u64::MAX;

/// State of a connection. Clones share it.
#[derive(Debug, Clone)]
pub struct ConnInfo(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    address: SocketAddr,
    made_at: Instant,
    usage: Arc<Usage>,
    /// Received bytes, inside TLS if there is TLS.
    received: AtomicU64,
    /// Those of them that belong to completely read responses.
    consumed: AtomicU64,
    /// When bytes were last received, in milliseconds since it was opened; only for HTTP/2.
    received_at: AtomicU64,
    /// When the first byte of the current response was received, in microseconds since it was opened; only for
    /// HTTP/1.1. [`AWAITED`] while there is none.
    first_byte: AtomicU64,
    /// Increases with every head of a response, and every part of a body.
    progress: AtomicU64,
    refused: AtomicBool,
    /// How many requests the peer allows at a time; HTTP/2 only.
    max_streams: AtomicU64,
    /// Notified when it may allow another request.
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
            received: AtomicU64::new(0),
            consumed: AtomicU64::new(0),
            received_at: AtomicU64::new(0),
            first_byte: AtomicU64::new(0),
            progress: AtomicU64::new(0),
            refused: AtomicBool::new(false),
            max_streams: AtomicU64::new(NOT_SAID),
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
        let received_at = Duration::from_millis(self.0.received_at.load(Ordering::Acquire));
        self.age().saturating_sub(received_at) >= silence
    }

    pub fn note_received(&self, bytes: usize, is_http2: bool) {
        self.0.received.fetch_add(bytes as u64, Ordering::AcqRel);
        if is_http2 {
            let at = u64::try_from(self.age().as_millis()).unwrap_or(u64::MAX);
            self.0.received_at.store(at, Ordering::Release);
        } else if self.0.first_byte.load(Ordering::Acquire) == AWAITED {
            let at = u64::try_from(self.age().as_micros()).unwrap_or(0);
            self.0.first_byte.store(at, Ordering::Release);
        }
    }

    pub fn has_received(&self) -> bool {
        self.0.received.load(Ordering::Acquire) > 0
    }

    /// A part of a response was received.
    pub fn note_progress(&self) {
        self.0.progress.fetch_add(1, Ordering::AcqRel);
    }

    pub fn progress(&self) -> u64 {
        self.0.progress.load(Ordering::Acquire)
    }

    /// How many requests the peer allows at a time.
    pub fn note_max_streams(&self, allowed: u32) {
        let allowed = u64::from(allowed);
        if self.0.max_streams.swap(allowed, Ordering::AcqRel) != allowed {
            self.notify_waiting();
        }
    }

    /// Whether the peer has said how many requests it allows.
    pub fn knows_max_streams(&self) -> bool {
        self.0.max_streams.load(Ordering::Acquire) != NOT_SAID
    }

    /// Whether the peer allows no requests over it.
    pub fn allows_no_stream(&self) -> bool {
        self.0.max_streams.load(Ordering::Acquire) == 0
    }

    /// Whether the peer allows another request now: only one, before it has said how many.
    pub fn has_free_stream(&self) -> bool {
        let allowed = match self.0.max_streams.load(Ordering::Acquire) {
            NOT_SAID => 1,
            allowed => allowed,
        };
        u64::from(self.0.usage.uses()) < allowed
    }

    /// Whether a request uses it, or one did within this time.
    pub fn was_used_within(&self, time: Duration) -> bool {
        self.0.usage.was_used_within(time)
    }

    /// Notifies these whenever it may allow another request.
    pub fn notify_when_free(&self, waiting: &Arc<Notify>) {
        // The requests of one client share it: they are always the same.
        self.0.waiting.get_or_init(|| Arc::clone(waiting));
    }

    fn notify_waiting(&self) {
        if let Some(waiting) = self.0.waiting.get() {
            waiting.notify_waiters();
        }
    }

    /// A request was not written to it.
    pub fn refuse(&self) {
        self.0.refused.store(true, Ordering::Release);
    }

    /// A response was read completely.
    pub fn consume(&self) {
        self.0.consumed.store(self.0.received.load(Ordering::Acquire), Ordering::Release);
    }

    /// Whether a request that fails over it may be repeated: it was not written; or the connection has carried
    /// responses before, and nothing was received since, so that the server may have closed it before the request
    /// arrived.
    pub fn may_repeat(&self) -> bool {
        let consumed = self.0.consumed.load(Ordering::Acquire);
        self.0.refused.load(Ordering::Acquire)
            || consumed > 0 && consumed == self.0.received.load(Ordering::Acquire)
    }
}

/// A connection in use by a request: it is not idle until this is dropped.
#[derive(Debug)]
pub struct InUse {
    info: ConnInfo,
    /// The bytes received before the request started.
    received_before: u64,
}

impl InUse {
    /// A request starts using this connection.
    pub fn of(info: &ConnInfo) -> Self {
        info.0.usage.begin();
        info.0.first_byte.store(AWAITED, Ordering::Release);
        Self { info: info.clone(), received_before: info.0.received.load(Ordering::Acquire) }
    }

    /// When the first byte of the response was received, over HTTP/1.1.
    pub fn first_byte_at(&self) -> Option<Instant> {
        let micros = self.info.0.first_byte.load(Ordering::Acquire);
        let time = (micros != AWAITED).then_some(Duration::from_micros(micros))?;
        self.info.0.made_at.checked_add(time)
    }

    /// Whether the request may be repeated if it fails: nothing was received since it started, not even for other
    /// requests on the connection.
    pub fn may_repeat(&self) -> bool {
        let received = self.info.0.received.load(Ordering::Acquire);
        self.info.may_repeat()
            && (self.info.0.refused.load(Ordering::Acquire) || received == self.received_before)
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
        self.info.notify_waiting();
    }
}
