//! Limits the number of open connections, over all endpoints and threads, and closes idle ones for new ones.
//!
//! The pools keep idle connections by endpoint and have no common limit. Here each connection has a slot. When all
//! are in use, those that have been idle longest are closed: their pools drop them, and readers see the end of the
//! stream, as if the server had closed them.

use std::io;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::descriptors::Shares;
use super::local_trouble::LocalTrouble;

/// One in this many of all connections is closed at a time: finding them requires visiting each.
const PART: usize = 16;

/// A request dials several addresses concurrently while more than one in this many slots is free.
const SPARE: usize = 4;

/// A new connection is not idle before its first request has ended: however long the handshake takes, it looks
/// unused.
const NOT_USED: u64 = u64::MAX;

/// All connections of a sender.
#[derive(Debug)]
pub struct ConnectionLimit {
    most: usize,
    room: Arc<Semaphore>,
    /// Requests waiting for a slot.
    awaited: AtomicUsize,
    open: Mutex<Vec<Weak<Usage>>>,
    /// Notified when idle ones are to be closed.
    closing: Notify,
    started: Instant,
}

impl Default for ConnectionLimit {
    fn default() -> Self {
        Self::new(Shares::now().connections)
    }
}

impl ConnectionLimit {
    /// With this limit.
    #[cfg(test)]
    pub fn of(most: usize) -> Self {
        Self::new(most)
    }

    /// Whether no slot is free now.
    #[cfg(test)]
    pub fn is_full(&self) -> bool {
        self.room.available_permits() == 0
    }

    fn new(most: usize) -> Self {
        Self {
            most,
            room: Arc::new(Semaphore::new(most)),
            awaited: AtomicUsize::new(0),
            open: Mutex::default(),
            closing: Notify::new(),
            started: Instant::now(),
        }
    }

    /// A slot for one more connection. Waits until another one is closed if none is free.
    pub async fn room(&self) -> Room {
        if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
            return Room { _permit: Some(permit) };
        }
        let _awaited = Awaited::add(&self.awaited);
        self.close_idle();
        // The semaphore is never closed; without a permit the system's limit applies.
        Room { _permit: Arc::clone(&self.room).acquire_owned().await.ok() }
    }

    /// A slot for an additional connection of a request, while there are plenty.
    pub fn spare_room(&self) -> Option<Room> {
        let is_plenty = self.room.available_permits() > self.most / SPARE;
        let permit = is_plenty.then(|| Arc::clone(&self.room).try_acquire_owned().ok()).flatten()?;
        Some(Room { _permit: Some(permit) })
    }

    /// There is no connection for this reason. Where descriptors have run out before the limit was reached, an idle
    /// connection gives its own back.
    pub fn note_failure(&self, why: &io::Error) {
        if LocalTrouble::of(why) == Some(LocalTrouble::Descriptors) {
            self.close_idle();
        }
    }

    /// Completes when idle ones are to be closed next: each keeper of some looks which.
    pub fn closing(&self) -> Notified<'_> {
        self.closing.notified()
    }

    /// Records a connection that was opened.
    fn opened(self: &Arc<Self>) -> Arc<Usage> {
        let usage = Arc::new(Usage {
            connections: Arc::clone(self),
            uses: AtomicU32::new(0),
            idle_since: AtomicU64::new(NOT_USED),
            reader: AtomicWaker::new(),
        });
        let mut open = self.open();
        if open.len() >= 2 * self.most {
            open.retain(|usage| usage.strong_count() > 0);
        }
        open.push(Arc::downgrade(&usage));
        usage
    }

    /// Closes the connections that have been idle longest.
    fn close_idle(&self) {
        let mut idle: Vec<(u64, Arc<Usage>)> = {
            let mut open = self.open();
            open.retain(|usage| usage.strong_count() > 0);
            let now = self.micros();
            let idle = open.iter().filter_map(Weak::upgrade).filter(|usage| usage.is_idle());
            let since = idle.map(|usage| (usage.idle_since.load(Ordering::Relaxed), usage));
            since.filter(|(since, _)| *since <= now).collect()
        };
        idle.sort_unstable_by_key(|(since, _)| *since);
        for (_, usage) in idle.iter().take(self.most / PART + 1) {
            usage.close_if_idle();
        }
    }

    /// The time since the start of the sender, in microseconds.
    fn micros(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn open(&self) -> MutexGuard<'_, Vec<Weak<Usage>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slot for one connection, until it is dropped.
#[derive(Debug)]
pub struct Room {
    _permit: Option<OwnedSemaphorePermit>,
}

/// The slot of a connection, and its use.
#[derive(Debug)]
pub struct Slot {
    pub usage: Arc<Usage>,
    _room: Room,
}

impl Slot {
    pub fn new(connections: &Arc<ConnectionLimit>, room: Room) -> Self {
        Self { usage: connections.opened(), _room: room }
    }

    /// A slot without limit.
    #[cfg(test)]
    pub fn alone() -> Self {
        Self::new(&Arc::default(), Room { _permit: None })
    }
}

/// A request waiting for a slot.
struct Awaited<'a>(&'a AtomicUsize);

impl<'a> Awaited<'a> {
    fn add(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Set in the use count when the connection is to be closed.
const CLOSING: u32 = 1 << 31;

/// The use of a connection: counts each request on it, from the moment when its pool hands it out.
#[derive(Debug)]
pub struct Usage {
    connections: Arc<ConnectionLimit>,
    uses: AtomicU32,
    /// See [`ConnectionLimit::micros`].
    idle_since: AtomicU64,
    reader: AtomicWaker,
}

impl Usage {
    /// Whether it is being closed: from then on nothing is written to it, so a request that meets it has not been
    /// sent.
    pub fn is_closing(&self) -> bool {
        self.uses.load(Ordering::SeqCst) & CLOSING != 0
    }

    /// Wakes the reader of the connection when it is to be closed.
    pub fn register(&self, reader: &Context<'_>) {
        self.reader.register(reader.waker());
    }

    /// How many requests use it.
    pub fn uses(&self) -> u32 {
        self.uses.load(Ordering::SeqCst) & !CLOSING
    }

    /// Whether a request uses it, or one did within this time.
    pub fn was_used_within(&self, time: Duration) -> bool {
        let idle_since = self.idle_since.load(Ordering::Relaxed);
        let idle = Duration::from_micros(self.connections.micros().saturating_sub(idle_since));
        self.uses() > 0 || idle_since != NOT_USED && idle < time
    }

    fn is_idle(&self) -> bool {
        self.uses.load(Ordering::SeqCst) == 0
    }

    pub fn close_if_idle(&self) {
        let closes = self.uses.compare_exchange(0, CLOSING, Ordering::SeqCst, Ordering::SeqCst);
        if closes.is_ok() {
            self.reader.take().map(Waker::wake).unwrap_or_default();
            self.connections.closing.notify_waiters();
        }
    }

    /// A request starts using it.
    pub fn begin(&self) {
        self.uses.fetch_add(1, Ordering::SeqCst);
    }

    /// A request stops using it.
    pub fn end(&self) {
        if self.uses.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        self.idle_since.store(self.connections.micros(), Ordering::Relaxed);
        if self.connections.awaited.load(Ordering::SeqCst) > 0 {
            self.close_if_idle();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn the_connection_that_was_idle_longest_is_closed_for_a_new_one() {
        let connections = Arc::new(ConnectionLimit::new(3));
        let mut open: Vec<_> = (0..3)
            .map(|_| {
                let room = connections.room().now_or_never().unwrap();
                let usage = connections.opened();
                usage.begin();
                (room, usage)
            })
            .collect();
        assert!(connections.room().now_or_never().is_none(), "all are in use");
        // The second one first.
        for (n, at) in [(1, 0), (0, 1)] {
            open[n].1.end();
            open[n].1.idle_since.store(at, Ordering::Relaxed);
        }
        let mut closing = Box::pin(connections.closing());
        assert!(closing.as_mut().now_or_never().is_none());
        let mut next = Box::pin(connections.room());
        assert!(next.as_mut().now_or_never().is_none());
        assert!(closing.as_mut().now_or_never().is_some(), "whoever keeps it closes it");
        let closing: Vec<bool> = open.iter().map(|(_, usage)| usage.is_closing()).collect();
        assert_eq!(closing, [false, true, false]);
        drop(open.remove(1));
        let room = next.as_mut().now_or_never().unwrap();
        assert!(connections.room().now_or_never().is_none());
        drop(room);
    }

    #[test]
    fn an_idle_connection_gives_back_its_descriptor_when_there_are_no_more() {
        let connections = Arc::new(ConnectionLimit::new(8));
        let usages = [(); 2].map(|()| {
            let usage = connections.opened();
            usage.begin();
            usage
        });
        usages[1].end();
        connections.note_failure(&io::ErrorKind::ConnectionRefused.into());
        assert!(!usages[1].is_closing());
        // EMFILE has this number on every Unix that there is.
        connections.note_failure(&io::Error::from_raw_os_error(24));
        assert_eq!(usages.map(|usage| usage.is_closing()), [false, true]);
    }

    #[test]
    fn a_request_has_a_second_connection_only_while_there_is_plenty_of_room() {
        let connections = ConnectionLimit::new(8);
        let rooms: Vec<_> = std::iter::from_fn(|| connections.spare_room()).collect();
        assert_eq!(rooms.len(), 6);
        let last = [(); 2].map(|()| connections.room().now_or_never());
        assert!(last.iter().all(Option::is_some) && connections.room().now_or_never().is_none());
    }

    #[test]
    fn one_that_becomes_idle_is_closed_while_others_wait_for_room() {
        let connections = Arc::new(ConnectionLimit::new(1));
        let room = connections.room().now_or_never().unwrap();
        let usage = connections.opened();
        usage.begin();
        let mut next = Box::pin(connections.room());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(next.as_mut().poll_unpin(&mut cx).is_pending());
        assert!(!usage.is_closing());
        usage.end();
        assert!(usage.is_closing());
        drop(room);
        assert!(matches!(next.as_mut().poll_unpin(&mut cx), Poll::Ready(_)));
    }
}
