//! The connections of one client that are kept for the next requests.
//!
//! Nobody drives an HTTP/1.1 connection while it is kept: bytes received meanwhile are found when it is taken. A task
//! checks kept connections every second while there are any: it drops those that have been idle for too long, have
//! ended, or must make room for others.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use hyper::http::uri::Authority;
use tokio::sync::Notify;

use super::bounds::IDLE_TIMEOUT;
use super::connection::info::ConnInfo;
use super::connection_limit::ConnectionLimit;
use super::http1::Http1;
use super::http2::Http2;
use super::shared_connections::SharedConnections;
use crate::delivery::hash::FastMap;

/// How often kept connections are checked.
const CHECK: Duration = Duration::from_secs(1);

/// The connections of one client.
#[derive(Debug)]
pub struct Pool {
    limit: Arc<ConnectionLimit>,
    /// One of this age carries no new request.
    oldest: Duration,
    kept: Mutex<Kept>,
    /// One over HTTP/2 came, or may allow another request.
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Kept {
    /// For one request each, by host and port, the most recently used one last.
    exclusive: FastMap<Box<str>, Vec<Idle>>,
    /// For concurrent requests.
    shared: FastMap<Box<str>, SharedConnections>,
    is_checked: bool,
}

#[derive(Debug)]
struct Idle {
    connection: Box<Http1>,
    since: Instant,
}

impl Pool {
    /// One with none, whose connections carry no new request at this age.
    pub fn new(limit: Arc<ConnectionLimit>, oldest: Duration) -> Arc<Self> {
        Arc::new(Self { limit, oldest, kept: Mutex::default(), changed: Arc::default() })
    }

    /// Whether none are kept.
    pub fn is_empty(&self) -> bool {
        let kept = self.kept();
        kept.exclusive.is_empty() && kept.shared.is_empty()
    }

    /// Takes the most recently used HTTP/1.1 connection.
    pub fn take(&self, to: &Authority) -> Option<Box<Http1>> {
        let now = Instant::now();
        let mut kept = self.kept();
        let idle = kept.exclusive.get_mut(to.as_str())?;
        // Connections are closed without the lock.
        let mut old = Vec::new();
        while let Some(last) = idle.pop() {
            if now.saturating_duration_since(last.since) >= IDLE_TIMEOUT {
                // The others have been idle for longer.
                old.append(idle);
            } else if self.is_usable(&last.connection.info, now) {
                drop(kept);
                return Some(last.connection);
            }
            old.push(last);
        }
        drop(kept);
        None
    }

    /// Keeps a connection that can carry another request.
    pub fn keep(self: &Arc<Self>, to: &Authority, connection: Box<Http1>) {
        let since = Instant::now();
        if !self.is_usable(&connection.info, since) {
            return;
        }
        let idle = Idle { connection, since };
        let mut kept = self.kept();
        match kept.exclusive.get_mut(to.as_str()) {
            Some(others) => others.push(idle),
            None => drop(kept.exclusive.insert(to.as_str().into(), vec![idle])),
        }
        self.check_regularly(&mut kept);
    }

    /// Whether a connection over HTTP/1.1 may carry another request.
    fn is_usable(&self, info: &ConnInfo, now: Instant) -> bool {
        !info.is_retired() && !info.is_closing() && info.age_at(now) < self.oldest
    }

    /// A connection over HTTP/2 that allows another request now.
    pub fn shared(&self, to: &Authority) -> Option<Http2> {
        let mut kept = self.kept();
        self.shared_to(&mut kept, to)?.free().cloned()
    }

    /// Whether there is a connection over HTTP/2, even if it allows no other request now.
    pub fn is_shared(&self, to: &Authority) -> bool {
        self.shared_to(&mut self.kept(), to).is_some()
    }

    fn shared_to<'a>(&self, kept: &'a mut Kept, to: &Authority) -> Option<&'a mut SharedConnections> {
        let shared = kept.shared.get_mut(to.as_str())?;
        shared.drop_closed(self.oldest);
        (!shared.is_empty()).then_some(shared)
    }

    /// Waits for an HTTP/2 connection that another request opens.
    pub async fn until_shared(&self, to: &Authority) {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if self.is_shared(to) {
                return;
            }
            changed.await;
        }
    }

    /// Waits for a connection over HTTP/2 that allows another request.
    pub async fn free(&self, to: &Authority) -> Http2 {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(shared) = self.shared(to) {
                return shared;
            }
            changed.await;
        }
    }

    /// The same; or the right to open another one, where each carries as many requests as it allows.
    pub async fn free_or_opening(&self, to: &Authority) -> Result<Http2, Opening<'_>> {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(shared) = self.shared(to) {
                return Ok(shared);
            }
            if let Some(opening) = self.begin_opening(to) {
                return Err(opening);
            }
            changed.await;
        }
    }

    fn begin_opening(&self, to: &Authority) -> Option<Opening<'_>> {
        let mut kept = self.kept();
        let shared = kept.shared.entry(to.as_str().into()).or_default();
        if !shared.may_open() {
            return None;
        }
        shared.is_opening = true;
        Some(Opening { pool: self, to: to.clone() })
    }

    /// Shares an HTTP/2 connection.
    pub fn share(self: &Arc<Self>, to: &Authority, connection: &Http2) {
        connection.info.notify_when_free(&self.changed);
        let mut kept = self.kept();
        kept.shared.entry(to.as_str().into()).or_default().add(connection.clone());
        self.check_regularly(&mut kept);
        drop(kept);
        self.changed.notify_waiters();
    }

    /// Checks kept connections regularly from now on, as long as there are any.
    fn check_regularly(self: &Arc<Self>, kept: &mut Kept) {
        if !std::mem::replace(&mut kept.is_checked, true) {
            tokio::spawn(check_regularly(Arc::downgrade(self), Arc::clone(&self.limit)));
        }
    }

    /// Drops unusable ones. Returns whether any are left.
    fn clean(&self) -> bool {
        let now = Instant::now();
        let is_fresh = |since: Instant| now.saturating_duration_since(since) < IDLE_TIMEOUT;
        let mut kept = self.kept();
        let Kept { exclusive, shared, is_checked } = &mut *kept;
        for idle in exclusive.values_mut() {
            idle.retain_mut(|Idle { connection, since }| {
                is_fresh(*since) && !connection.info.is_closing() && connection.is_still_open()
            });
        }
        exclusive.retain(|_, idle| !idle.is_empty());
        shared.retain(|_, shared| {
            shared.drop_closed(self.oldest);
            shared.drop_idle();
            shared.is_opening || !shared.is_empty()
        });
        *is_checked = !(exclusive.is_empty() && shared.is_empty());
        *is_checked
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // The maps are consistent after every step, even if a thread panicked in between.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to open another connection over HTTP/2 to a host, until it is dropped.
#[derive(Debug)]
pub struct Opening<'a> {
    pool: &'a Pool,
    to: Authority,
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        let mut kept = self.pool.kept();
        if let Some(shared) = kept.shared.get_mut(self.to.as_str()) {
            shared.is_opening = false;
            if shared.is_empty() {
                kept.shared.remove(self.to.as_str());
            }
        }
        drop(kept);
        self.pool.changed.notify_waiters();
    }
}

async fn check_regularly(pool: Weak<Pool>, limit: Arc<ConnectionLimit>) {
    loop {
        let mut closing = pin!(limit.closing());
        closing.as_mut().enable();
        if !pool.upgrade().is_some_and(|pool| pool.clean()) {
            return;
        }
        // An error means that it is time for the next check.
        let _ = tokio::time::timeout(CHECK, closing).await;
    }
}
