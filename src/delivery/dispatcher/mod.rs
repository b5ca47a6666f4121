//! The main loop of the sender.
//!
//! It starts read-ahead deliveries that have a slot, keeps one claim in progress while there may be more, and one
//! record of ended attempts. It has one timer, for the next due time, and otherwise wakes only when the queue
//! notifies it, or when an attempt, a claim or a record has ended. Sending, cancelling and retrying by a person go
//! through the store.

mod attempts;
mod claiming;
mod clock;
mod endpoints;
mod in_flight;
mod lease;
mod limits;
mod news;
mod outage;
mod pending_updates;
mod quarantine;
mod records;
mod stalls;
mod status;
mod sweep;
mod worker_pool;

pub use limits::Limits;
pub use status::{Board, Step};
pub use worker_pool::WorkerPool;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{oneshot, watch};
use tokio::task::coop::consume_budget;
use tokio::task::{JoinError, JoinHandle};

use super::attempt::Timer;
use super::http::local_trouble::LocalTrouble;
use super::outcome_stream::OutcomeStream;
use super::sender_status::SenderRole;
use claiming::Claiming;
use clock::Clock;
use endpoints::Endpoints;
use in_flight::AttemptsInFlight;
use lease::Lease;
use outage::Outage;
use pending_updates::PendingUpdates;
use quarantine::Quarantine;
use records::Records;
use worker_pool::{Finished, Results};

use crate::storage::{ClockSource, Queue, QueueError, Wakeup};

/// How long to wait before using the storage again after it failed.
pub const TROUBLE_PAUSE: Duration = Duration::from_secs(1);

/// Requests in flight get this long when the sender stops; then they are aborted and stay pending.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// The wall clock may jump: no wait is longer than this without another check.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was asked to stop.
    Stopped,
    /// Another session has taken the exclusive lock, as shown on the board.
    Overtaken,
    /// A newer program has changed the store, as shown on the board.
    Outdated,
}

/// The state of the loop.
pub struct Dispatcher<Q> {
    queue: Arc<Q>,
    workers: WorkerPool,
    limits: Limits,
    board: Board,
    outcomes: OutcomeStream,
    in_flight: AttemptsInFlight,
    results: Arc<Results>,
    /// Reused when attempts are taken.
    finished: Vec<Finished>,
    timer: Timer,
    endpoints: Endpoints,
    quarantine: Quarantine,
    outage: Outage,
    /// What this machine lacks, as shown on the board.
    lacks: Option<LocalTrouble>,
    claiming: Claiming,
    lease: Lease,
    records: Records,
    clock: Clock,
    /// By how much the clock was set, if waiting deliveries were not shifted yet. At the start by an unknown amount:
    /// the clock may have been wrong before.
    owed: Option<SignedDuration>,
    /// When the next retry is due.
    next_due: Option<Timestamp>,
    updates: PendingUpdates,
    /// Why this sender must start nothing more.
    over: Option<QueueError>,
}

impl<Q: Queue> Dispatcher<Q> {
    pub fn new(
        queue: Arc<Q>,
        workers: WorkerPool,
        limits: Limits,
        board: Board,
        outcomes: OutcomeStream,
    ) -> Self {
        let (names, results) = (workers.known_names(), Arc::clone(workers.results()));
        let lease = Lease::of(queue.lease());
        Self {
            queue,
            workers,
            limits,
            board,
            outcomes,
            in_flight: AttemptsInFlight::default(),
            results,
            finished: Vec::new(),
            timer: Timer::default(),
            endpoints: Endpoints::new(limits, names),
            quarantine: Quarantine::default(),
            outage: Outage::default(),
            lacks: None,
            claiming: Claiming { fresh: true, ..Claiming::default() },
            lease,
            records: Records::default(),
            clock: Clock::start(),
            owed: Some(SignedDuration::ZERO),
            next_due: None,
            updates: PendingUpdates::default(),
            over: None,
        }
    }

    /// Sends until it is stopped or another session has taken over, and gives requests in flight a little time.
    pub async fn until(mut self, stopped: &mut oneshot::Receiver<()>) -> End {
        let mut wakeups = self.queue.wakeups();
        let mut seen = *wakeups.borrow_and_update();
        let (mut woken, mut named) =
            (pin!(next(wakeups.clone())), pin!(next(self.workers.known_names().changes())));
        while self.over.is_none() {
            self.check_clock().await;
            self.note(&mut seen, &mut wakeups);
            self.renew();
            self.start();
            self.record();
            self.ask(seen);
            self.publish_updates();
            let nap = self.nap();
            tokio::select! {
                biased;
                _ = &mut *stopped => break,
                () = self.results.ready() => self.ended(),
                recorded = joined(&mut self.records.in_flight) => self.recorded(recorded),
                renewed = joined(&mut self.lease.renewing) => self.renewed(renewed),
                answer = joined(&mut self.claiming.asked) => self.answered(answer, *wakeups.borrow()),
                // While news waits for a moment, it is not woken by more of it.
                changes = &mut woken, if !self.claiming.news.rests() => match changes {
                    Some(changes) => woken.set(next(changes)),
                    None => break,
                },
                changes = &mut named => match changes {
                    Some(changes) => {
                        self.claiming.fresh = true;
                        named.set(next(changes));
                    }
                    None => break,
                },
                () = sleep(&mut self.timer, nap) => {}
            }
        }
        let Some(why) = self.over.take() else {
            self.stop(SenderRole::Stopped).await;
            return End::Stopped;
        };
        if matches!(why, QueueError::Outdated(_)) {
            self.board.outdated(&why);
            self.stop(SenderRole::Stopped).await;
            return End::Outdated;
        }
        let _ = self.board.report::<()>(Step::KeepLock, Err(why));
        // Not stopped: it waits for the lock again.
        self.stop(SenderRole::Starting).await;
        End::Overtaken
    }

    /// Starts nothing more, and records what still ends in time.
    async fn stop(mut self, role: SenderRole) {
        self.board.role(role);
        let until = tokio::time::Instant::now() + STOP_GRACE;
        let _ = tokio::time::timeout_at(until, self.release_unstarted()).await;
        while !self.in_flight.is_empty() || self.records.len() > 0 {
            self.renew();
            self.record();
            self.publish_updates();
            let nap = self.last_naps(Instant::now()).min();
            tokio::select! {
                biased;
                () = self.results.ready() => self.ended(),
                recorded = joined(&mut self.records.in_flight) => self.recorded(recorded),
                renewed = joined(&mut self.lease.renewing) => self.renewed(renewed),
                () = tokio::time::sleep_until(until) => break,
                () = sleep(&mut self.timer, nap) => {}
            }
        }
        self.workers.shut_down().await;
        self.board.left_unrecorded(self.records.len());
        self.in_flight.jobs().for_each(|job| self.updates.end(job.id));
        self.write_board(Instant::now());
    }

    /// Deliveries read before an invalidation may be outdated; new ones are claimed.
    fn note(&mut self, seen: &mut Wakeup, wakeups: &mut watch::Receiver<Wakeup>) {
        let now = *wakeups.borrow_and_update();
        if now == *seen {
            return;
        }
        if now.invalidated != seen.invalidated {
            self.forget_read();
            self.endpoints.doubt_limits();
            self.records.outdated |= self.records.in_flight.is_some();
            // A retry may be due sooner than before.
            self.next_due = None;
        }
        if now.fleet != seen.fleet {
            self.lease.hurry();
        }
        if (now.invalidated, now.fleet) == (seen.invalidated, seen.fleet) {
            self.claiming.news.came();
        } else {
            self.claiming.fresh = true;
        }
        *seen = now;
    }

    /// Waits are durations, not times of day: waiting deliveries are shifted when the clock is set.
    async fn check_clock(&mut self) {
        if self.queue.clock() == ClockSource::Store {
            return;
        }
        if let Some(set) = self.clock.shift() {
            self.owed = Some(self.owed.unwrap_or_default().saturating_add(set));
        }
        let Some(owed) = self.owed else { return };
        if self.claiming.not_before.is_some_and(|at| at > Instant::now()) {
            return;
        }
        let shifted = self.queue.shift(owed, crate::clock::now()).await;
        self.claiming.fresh = true;
        if self.board.report(Step::Claim, shifted).is_ok() {
            self.owed = None;
            self.next_due = None;
        } else {
            // Waiting deliveries would be sent too early, or too late: nothing is claimed before that.
            self.claiming.not_before = Some(Instant::now() + TROUBLE_PAUSE);
        }
    }

    /// Publishes changes to the board when due.
    fn publish_updates(&mut self) {
        let now = Instant::now();
        self.report_stalls(now);
        if self.updates.due(now).is_some_and(|at| at <= now) {
            self.write_board(now);
        }
        if self.lacks != self.outage.why() {
            self.lacks = self.outage.why();
            self.board.local(self.lacks);
        }
    }

    fn write_board(&mut self, now: Instant) {
        self.updates.published(now);
        let PendingUpdates { started, ended, .. } = &mut self.updates;
        self.board.update(ended.drain(..), started.drain());
    }

    /// The time until something is due without an event.
    fn nap(&self) -> Option<Duration> {
        let now = Instant::now();
        let until = |at: Instant| at.saturating_duration_since(now);
        let due = self.next_due.map(|at| {
            let wait: SignedDuration = at.duration_since(crate::clock::now());
            Duration::try_from(wait).unwrap_or_default()
        });
        // While a claim is in progress, its end wakes the loop.
        let asks = self.claiming.asked.is_none() && self.wants_to_ask();
        let asked = self.claiming.not_before.filter(|_| asks).map(until);
        let news = self.claiming.news.due(now).map(until);
        let probed = self.endpoints.next_wake().into_iter().chain(self.outage.until()).map(until);
        let waits = due.into_iter().chain(asked).chain(news).chain(probed).chain(self.last_naps(now));
        waits.chain(self.quarantine.next(now)).min()
    }

    /// The times until something is due when nothing is started any more.
    fn last_naps(&self, now: Instant) -> impl Iterator<Item = Duration> + use<Q> {
        let waits = self.record_at().into_iter().chain(self.updates.due(now));
        let waits = waits.chain(self.next_stall(now));
        waits.map(move |at| at.saturating_duration_since(now)).chain(self.lease.next())
    }
}

/// Waits for a change, and returns where to wait for the next one; none if there will be none. Kept from one event to
/// the next: beginning to wait costs more than most events.
async fn next<T>(mut changes: watch::Receiver<T>) -> Option<watch::Receiver<T>> {
    changes.changed().await.ok().map(|()| changes)
}

/// Waits for the task, if there is one.
async fn joined<T, D>(task: &mut Option<(JoinHandle<T>, D)>) -> Result<T, JoinError> {
    match task {
        Some((task, _)) => task.await,
        None => std::future::pending().await,
    }
}

async fn sleep(timer: &mut Timer, nap: Option<Duration>) {
    match nap {
        Some(nap) => {
            // Even if many naps are over at once: timers and sockets are polled in between.
            consume_budget().await;
            let until = tokio::time::Instant::now() + nap.min(LONGEST_NAP);
            poll_fn(|cx| timer.poll(until, cx)).await;
        }
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
