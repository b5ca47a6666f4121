//! What one process knows as a sender.

use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock;
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::server::{Purpose, Server};
use crate::storage::postgres::connection::session::{Acquired, Session};
use crate::storage::postgres::queue::held_claims::HeldClaims;
use crate::storage::postgres::queue::job::KnownProfiles;
use crate::storage::postgres::queue::judging::Counted;
use crate::storage::postgres::queue::look_back::LookBack;
use crate::storage::postgres::queue::ready::ReadyLanes;
use crate::storage::{QueueError, Wakeup, sender_info};

/// How long a seat lasts unless it is renewed, where the database does not say otherwise.
const LEASE: Duration = Duration::from_secs(15);

/// A difference of the clocks below this cannot be distinguished from the time that a query takes.
const INDISTINCT: i64 = 100;

/// Which seat it is. Numbers of seats may be given again after a restore of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatId {
    /// Its number; 0 is none.
    pub seq: i32,
    /// When it was taken, in microseconds by the clock of the database.
    pub since: i64,
}

impl SeatId {
    /// No seat.
    pub const NONE: Self = Self { seq: 0, since: 0 };
}

/// What one process knows as a sender.
pub struct SenderState {
    /// Claims and releases: see [`SenderState::claims`].
    pub(super) claim_session: Session,
    /// The number of the connection that was used for them last; 0 before the first one.
    claimed_over: AtomicU64,
    /// Outcomes.
    pub records: Session,
    /// The seat.
    pub heartbeats: Session,
    /// Held while a seat is being taken.
    pub joining: Arc<tokio::sync::Mutex<()>>,
    /// The number of the seat; 0 while there is none.
    seat: AtomicI32,
    /// When that was taken.
    since: AtomicI64,
    /// The end of its lease as it was stored last, in microseconds by the clock of the database; 0 before that.
    leased_until: AtomicI64,
    lease_ms: AtomicU64,
    /// By how many milliseconds the clock of the database is ahead.
    ahead_ms: AtomicI64,
    /// The lanes with something to claim.
    ready: Mutex<ReadyLanes>,
    /// The profiles of what was claimed.
    profiles: Mutex<KnownProfiles>,
    /// What was claimed and is neither recorded nor released.
    held: Mutex<HeldClaims>,
    /// The look for claims of senders that do not exist.
    orphans: Mutex<LookBack>,
    /// What was counted of lanes and is not written yet.
    counted: Mutex<Counted>,
    /// The command that this process runs, for people.
    pub command: OnceLock<&'static str>,
    /// Where this process serves the HTTP API.
    api: Mutex<Option<String>>,
    /// For the dispatcher.
    pub wakeups: watch::Sender<Wakeup>,
}

impl SenderState {
    /// Without a seat.
    pub fn new(server: &Arc<Server>) -> Self {
        let session = |purpose| Session::new(Arc::clone(server), purpose);
        let lease_ms = u64::try_from(LEASE.as_millis()).unwrap_or(u64::MAX);
        Self {
            claim_session: session(Purpose::Claim),
            claimed_over: AtomicU64::new(0),
            records: session(Purpose::Record),
            heartbeats: session(Purpose::Heartbeat),
            joining: Arc::default(),
            seat: AtomicI32::new(0),
            since: AtomicI64::new(0),
            leased_until: AtomicI64::new(0),
            lease_ms: AtomicU64::new(lease_ms),
            ahead_ms: AtomicI64::new(0),
            ready: Mutex::default(),
            profiles: Mutex::default(),
            held: Mutex::default(),
            orphans: Mutex::new(LookBack::seldom()),
            counted: Mutex::default(),
            command: OnceLock::new(),
            api: Mutex::default(),
            wakeups: watch::Sender::default(),
        }
    }

    /// The connection for claims and releases. Over a new one, the database may be that of an earlier time, with other
    /// profiles and lanes of the same numbers: what was known of the queue is forgotten.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub async fn claims(&self) -> Result<Acquired<'_>, StoreError> {
        let acquired = self.claim_session.acquire().await?;
        let before = self.claimed_over.swap(acquired.number(), Ordering::Relaxed);
        if before != 0 && before != acquired.number() {
            self.forget_queue();
        }
        Ok(acquired)
    }

    /// The number of its seat.
    ///
    /// # Errors
    /// It has none.
    pub fn seat(&self) -> Result<i32, QueueError> {
        let seat = self.seat.load(Ordering::Relaxed);
        (seat != 0).then_some(seat).ok_or_else(|| QueueError::Overtaken("this sender has left".to_owned()))
    }

    /// Which seat it has.
    ///
    /// # Errors
    /// It has none.
    pub fn seat_id(&self) -> Result<SeatId, QueueError> {
        Ok(SeatId { seq: self.seat()?, since: self.since.load(Ordering::Relaxed) })
    }

    /// It has this seat from now on.
    pub fn set_seat(&self, id: SeatId) {
        self.since.store(id.since, Ordering::Relaxed);
        self.leased_until.store(0, Ordering::Relaxed);
        self.seat.store(id.seq, Ordering::Relaxed);
        // What was known of the queue was that of another time.
        *self.ready() = ReadyLanes::default();
        *self.held() = HeldClaims::default();
        *self.counted() = Counted::default();
    }

    /// The end of the lease was stored: what it was before, and what it is now. Whether the database has lost the renewal
    /// before.
    pub fn note_renewal(&self, before: i64, after: i64) -> bool {
        before < self.leased_until.swap(after, Ordering::Relaxed)
    }

    /// What was known of the queue is that of another time: the database went back to an earlier one. What this process
    /// has claimed stays its own.
    pub fn forget_queue(&self) {
        {
            let mut ready = self.ready();
            *ready = ReadyLanes::default();
            ready.look_again();
        }
        *self.profiles() = KnownProfiles::default();
        self.held().note_strays(Instant::now());
        self.wakeups.send_modify(|wakeup| wakeup.invalidated = wakeup.invalidated.wrapping_add(1));
    }

    /// How long a seat lasts.
    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms.load(Ordering::Relaxed))
    }

    /// A seat lasts so long, as the database says.
    pub fn set_lease(&self, ms: i64) {
        if let Ok(ms) = u64::try_from(ms)
            && ms > 0
        {
            self.lease_ms.store(ms, Ordering::Relaxed);
        }
    }

    /// The clock of the database showed this when that of the sender showed `asked_at`, or a little later.
    pub fn note_clock(&self, database_ms: i64, asked_at: Timestamp) {
        let answered_at = clock::now();
        let taken = answered_at.duration_since(asked_at) / 2;
        let own = clock::later(asked_at, taken).as_millisecond();
        let ahead = database_ms.saturating_sub(own);
        self.ahead_ms.store(if ahead.abs() < INDISTINCT { 0 } else { ahead }, Ordering::Relaxed);
    }

    /// What the clock of the database shows when that of the sender shows this, in milliseconds.
    pub fn database_ms(&self, at: Timestamp) -> i64 {
        at.as_millisecond().saturating_add(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// What the clock of the sender shows when that of the database shows this.
    pub fn own_time(&self, ms: i64) -> Option<Timestamp> {
        Timestamp::from_millisecond(ms.saturating_sub(self.ahead_ms.load(Ordering::Relaxed))).ok()
    }

    /// The lanes with something to claim.
    pub fn ready(&self) -> MutexGuard<'_, ReadyLanes> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The profiles of what was claimed.
    pub fn profiles(&self) -> MutexGuard<'_, KnownProfiles> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was claimed and is neither recorded nor released.
    pub fn held(&self) -> MutexGuard<'_, HeldClaims> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The look for claims of senders that do not exist.
    pub fn orphans(&self) -> MutexGuard<'_, LookBack> {
        self.orphans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was counted of lanes and is not written yet.
    pub fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where this process serves the HTTP API.
    pub fn api(&self) -> Option<String> {
        self.api.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// This process serves the HTTP API at this URL; none: it does not.
    pub fn set_api(&self, url: Option<String>) {
        *self.api.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    /// Has the dispatcher ask for more.
    pub fn wake(&self) {
        self.wakeups.send_modify(|wakeup| wakeup.enqueued = wakeup.enqueued.wrapping_add(1));
    }
}

/// The name by which people know the process that has a seat.
pub fn name_of(seat: i32) -> String {
    format!("{}/{}/{seat}", sender_info::host_name(), std::process::id())
}
