//! The connections of one client that are kept for the next requests.
//!
//! Nobody drives a connection over HTTP/1.1 while it is kept: what came over it meanwhile is found when it is
//! taken. A task checks them every second while there are any: it drops those that are idle for too long,
//! or have ended, or must make room for others.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use hyper::http::uri::Authority;
use tokio::sync::Notify;

use super::bounds::IDLE_TIMEOUT;
use super::connection_limit::ConnectionLimit;
use super::http1::Http1;
use super::http2::Http2;
use crate::delivery::hash::FastMap;

/// How often kept connections are looked over.
const LOOK: Duration = Duration::from_secs(1);

/// The connections of one client.
#[derive(Debug)]
pub struct Pool {
    limit: Arc<ConnectionLimit>,
    kept: Mutex<Kept>,
    /// One over HTTP/2 came.
    shared: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    /// For one request each, by host and port, the last one used last.
    exclusive: FastMap<Box<str>, Vec<Idle>>,
    /// For all requests.
    shared: FastMap<Box<str>, Shared>,
    is_looked_over: bool,
}

#[derive(Debug)]
struct Idle {
    connection: Box<Http1>,
    since: Instant,
}

#[derive(Debug)]
struct Shared {
    connection: Http2,
    used_at: Instant,
}

impl Pool {
    /// One with none.
    pub fn new(limit: Arc<ConnectionLimit>) -> Arc<Self> {
        Arc::new(Self { limit, kept: Mutex::default(), shared: Notify::new() })
    }

    /// Takes the connection over HTTP/1.1 that was used last.
    pub fn take(&self, to: &Authority) -> Option<Box<Http1>> {
        let now = Instant::now();
        let mut kept = self.kept();
        let idle = kept.exclusive.get_mut(to.as_str())?;
        let last = idle.pop()?;
        if last.connection.info.is_closing() || now.saturating_duration_since(last.since) >= IDLE_TIMEOUT {
            // The others are older.
            let old = std::mem::take(idle);
            drop(kept);
            drop((last, old));
            return None;
        }
        Some(last.connection)
    }

    /// Keeps a connection that can carry another request.
    pub fn keep(self: &Arc<Self>, to: &Authority, connection: Box<Http1>) {
        let idle = Idle { connection, since: Instant::now() };
        let mut kept = self.kept();
        match kept.exclusive.get_mut(to.as_str()) {
            Some(others) => others.push(idle),
            None => drop(kept.exclusive.insert(to.as_str().into(), vec![idle])),
        }
        self.look_over(&mut kept);
    }

    /// The connection over HTTP/2, if there is one that can carry another request.
    pub fn shared(&self, to: &Authority) -> Option<Http2> {
        let mut kept = self.kept();
        let shared = kept.shared.get_mut(to.as_str())?;
        if shared.connection.is_ready() {
            shared.used_at = Instant::now();
            return Some(shared.connection.clone());
        }
        kept.shared.remove(to.as_str());
        None
    }

    /// Waits for a connection over HTTP/2 that another request makes.
    pub async fn await_shared(&self, to: &Authority) -> Http2 {
        loop {
            let mut came = pin!(self.shared.notified());
            came.as_mut().enable();
            if let Some(shared) = self.shared(to) {
                return shared;
            }
            came.await;
        }
    }

    /// Shares a connection over HTTP/2.
    pub fn share(self: &Arc<Self>, to: &Authority, connection: &Http2) {
        let shared = Shared { connection: connection.clone(), used_at: Instant::now() };
        let mut kept = self.kept();
        kept.shared.insert(to.as_str().into(), shared);
        self.look_over(&mut kept);
        drop(kept);
        self.shared.notify_waiters();
    }

    /// Has kept connections looked over from now on, as long as there are any.
    fn look_over(self: &Arc<Self>, kept: &mut Kept) {
        if !std::mem::replace(&mut kept.is_looked_over, true) {
            tokio::spawn(look_over(Arc::downgrade(self), Arc::clone(&self.limit)));
        }
    }

    /// Drops those that are of no more use. Whether any are left.
    fn clean(&self) -> bool {
        let now = Instant::now();
        let is_fresh = |since: Instant| now.saturating_duration_since(since) < IDLE_TIMEOUT;
        let mut kept = self.kept();
        let Kept { exclusive, shared, is_looked_over } = &mut *kept;
        for idle in exclusive.values_mut() {
            idle.retain_mut(|Idle { connection, since }| {
                is_fresh(*since) && !connection.info.is_closing() && connection.is_still_open()
            });
        }
        exclusive.retain(|_, idle| !idle.is_empty());
        shared.retain(|_, Shared { connection, used_at }| is_fresh(*used_at) && connection.is_ready());
        *is_looked_over = !(exclusive.is_empty() && shared.is_empty());
        *is_looked_over
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // The maps are whole after every step, also where a thread panicked between two.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn look_over(pool: Weak<Pool>, limit: Arc<ConnectionLimit>) {
    loop {
        let mut closing = pin!(limit.closing());
        closing.as_mut().enable();
        if !pool.upgrade().is_some_and(|pool| pool.clean()) {
            return;
        }
        // An error says that it is time to look again.
        let _ = tokio::time::timeout(LOOK, closing).await;
    }
}
