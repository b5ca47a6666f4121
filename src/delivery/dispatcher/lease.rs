//! The lease of the seat, if the queue has one: it is renewed before it expires, and says which senders share the
//! slots of each origin.
//!
//! Three rules keep a delivery from being sent by two senders, and all senders together within the slots of an
//! origin:
//!
//! - Nothing starts in the last third of a lease. A lease counts from before it was requested, by a clock that
//!   includes sleep: even a process that was stopped, or a machine that slept, starts nothing that it no longer owns.
//! - When the set of senders changes, read-ahead is released and each origin gets its new share at once.
//! - Only when no more is in flight than the shares allow, the queue is notified: a new sender waits for that.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinHandle};

use super::{Dispatcher, Step, TROUBLE_PAUSE};
use crate::clock;
use crate::storage::{Fleet, Queue, QueueError, SenderReport};

/// The lease is divided into this many parts: after the first it is renewed, which leaves time to retry, and in the
/// last nothing starts, so that attempts started before usually end within it.
const PART: u32 = 3;

/// A renewal in progress, and the uptime when it was requested.
type Renewing = (JoinHandle<Result<Fleet, QueueError>>, Duration);

/// The lease of the seat.
pub struct Lease {
    /// Its duration; none if it does not expire.
    length: Option<Duration>,
    /// The uptime from which it is valid; none before the first renewal.
    since: Option<Duration>,
    /// The uptime of the next renewal.
    next: Duration,
    /// A renewal is needed before that time.
    is_urgent: bool,
    pub renewing: Option<Renewing>,
    /// When the last renewal was requested.
    pub asked_at: Option<Instant>,
    /// The last sender for which the attempts in flight fit the shares.
    adapted_to: Option<i64>,
    /// Attempts ended since the last report, and the uptime of that.
    ended: u32,
    reported_at: Duration,
}

impl Lease {
    /// A lease to renew at once: until then nothing starts. None for a seat without a lease.
    pub fn of(length: Option<Duration>) -> Self {
        let now = clock::uptime();
        Self {
            length,
            since: None,
            next: now,
            is_urgent: false,
            renewing: None,
            asked_at: None,
            adapted_to: None,
            ended: 0,
            reported_at: now,
        }
    }

    /// Whether it may expire before an attempt that starts now has ended.
    pub fn is_ending(&self) -> bool {
        let Some(length) = self.length else { return false };
        let left = |since: Duration| (since + length).saturating_sub(clock::uptime());
        self.since.is_none_or(|since| left(since) <= length / PART)
    }

    /// Requests an immediate renewal: senders joined or left.
    pub fn hurry(&mut self) {
        self.is_urgent = self.length.is_some();
    }

    /// Counts an ended attempt.
    pub fn note_ended(&mut self) {
        self.ended = self.ended.saturating_add(1);
    }

    /// How long until the next renewal; none if one is in progress, or the lease does not expire.
    pub fn next(&self) -> Option<Duration> {
        let until = self.next.saturating_sub(clock::uptime());
        let until = if self.is_urgent { Duration::ZERO } else { until };
        self.length.map(|_| until).filter(|_| self.renewing.is_none())
    }

    /// It was requested at this uptime, and granted.
    fn begin(&mut self, at: Duration) {
        self.since = Some(at);
        self.next = at + self.length.unwrap_or_default() / PART;
    }

    /// As if this much time had passed.
    #[cfg(test)]
    pub fn elapse(&mut self, time: Duration) {
        self.since = self.since.map(|since| since.checked_sub(time).expect("the machine runs longer"));
        self.next = self.next.saturating_sub(time);
    }

    /// Attempts per second that ended since the last report.
    fn rate(&mut self, now: Duration) -> u32 {
        let seconds = now.saturating_sub(self.reported_at).as_secs_f64();
        self.reported_at = now;
        let ended = std::mem::take(&mut self.ended);
        // Less than a second is too short for a rate.
        let rate = (f64::from(ended) / seconds.max(1.0)).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no more than ended")]
        let rate = rate as u32;
        rate
    }
}

impl<Q: Queue> Dispatcher<Q> {
    /// Renews the seat when it is due.
    pub(super) fn renew(&mut self) {
        self.adapt();
        if self.lease.next().is_none_or(|wait| !wait.is_zero()) {
            return;
        }
        let now = clock::uptime();
        self.lease.is_urgent = false;
        let report = SenderReport {
            adapted_to: self.lease.adapted_to,
            in_flight: self.in_flight.len(),
            rate: self.lease.rate(now),
            trouble: self.board.trouble(),
        };
        let queue = Arc::clone(&self.queue);
        let task = tokio::spawn(async move { queue.renew(report).await });
        self.lease.renewing = Some((task, now));
        self.lease.asked_at = Some(Instant::now());
    }

    /// Notes when no more is in flight than the shares allow: others wait for that.
    fn adapt(&mut self) {
        let newest = Some(self.endpoints.fleet().newest());
        if self.lease.since.is_some() && self.lease.adapted_to != newest && self.endpoints.fits_shares() {
            self.lease.adapted_to = newest;
            self.lease.hurry();
        }
    }

    pub(super) fn renewed(&mut self, result: Result<Result<Fleet, QueueError>, JoinError>) {
        let Some((_, asked_at)) = self.lease.renewing.take() else { return };
        let result = result.unwrap_or_else(|error| {
            Err(QueueError::Passing(format!("renewing the lease was aborted: {error}")))
        });
        if let Err(error @ (QueueError::Overtaken(_) | QueueError::Outdated(_))) = result {
            self.over = Some(error);
            return;
        }
        let Ok(fleet) = self.board.report(Step::Renew, result) else {
            self.lease.next = clock::uptime() + TROUBLE_PAUSE;
            if self.lease.is_ending() {
                // Nothing is claimed until it is renewed: the reason why that failed last is out of date.
                let _ = self.board.report(Step::Claim, Ok(()));
            }
            return;
        };
        self.lease.begin(asked_at);
        if fleet != *self.endpoints.fleet() {
            // Read-ahead may exceed a share: others may start it sooner.
            self.forget_read();
            self.claiming.fresh = true;
            self.board.fleet(&fleet);
            self.endpoints.share_with(fleet, Instant::now());
        }
    }
}
