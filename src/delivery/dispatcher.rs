//! The loop that sends what is due.
//!
//! It starts what was read ahead and has room, keeps one claim under way while there may be more, and one
//! record of what ended. It holds one timer, for what is due next, and wakes otherwise only when the queue
//! says so, or when an attempt, a claim or a record has ended. What a person wants sent, cancelled or
//! retried goes through the store.

mod records;
mod sweep;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{oneshot, watch};
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};

use crate::clock;
use crate::record::{DeliveryId, ErrorClass, Job, JobRef, Origin, Outcome, retry_decision};
use crate::storage::{Claimed, ClockSource, Demand, Queue, QueueError, Wakeup};

use super::clock::Clock;
use super::crew::Crew;
use super::endpoints::{Ended, Endpoints, Ticket};
use super::limits::Limits;
use super::local_trouble::LocalTrouble;
use super::outage::Outage;
use super::outcome_stream::OutcomeStream;
use super::resting::Resting;
use super::sending::{InFlight, Role};
use super::status::{Board, Step};
use super::transport::Transport;
use records::Records;
use sweep::Sweep;

/// How long to wait before the storage is asked again after it failed.
pub const TROUBLE_PAUSE: Duration = Duration::from_secs(1);

/// What is under way gets this long when the sender stops; then it is cut off and stays pending.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// The clock on the wall may jump: no wait is longer than this without another look at it.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// Most that are read and not started.
const READ_AHEAD: usize = 2048;

/// What a person sends has one slot more for this many of the total.
const MANUAL_SHARE: usize = 4;

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was told to stop.
    Stopped,
    /// Another session has taken the exclusive lock, which is on the board.
    Overtaken,
}

/// What the loop holds.
pub struct Dispatcher<Q> {
    queue: Arc<Q>,
    crew: Crew,
    limits: Limits,
    board: Board,
    outcomes: OutcomeStream,
    tries: JoinSet<Result<Outcome, LocalTrouble>>,
    /// Each attempt in flight: one that breaks off cannot say itself what it was.
    under_way: HashMap<Id, InSlot>,
    endpoints: Endpoints,
    resting: Resting,
    outage: Outage,
    /// What the board says that this machine lacks.
    lacks: Option<LocalTrouble>,
    claiming: Claiming,
    records: Records,
    clock: Clock,
    /// By how much the clock was set, and what waits was not moved yet. At the start by nothing that
    /// is known: the clock may have been wrong before.
    owed: Option<SignedDuration>,
    /// When the next retry is due.
    next_due: Option<Timestamp>,
    started: Vec<(DeliveryId, InFlight)>,
    ended: Vec<DeliveryId>,
    overtaken: Option<QueueError>,
}

/// An attempt in flight, and its slot.
struct InSlot {
    job: JobRef,
    origin: Origin,
    ticket: Ticket,
    /// It finds out whether trouble of this machine is over.
    probes: bool,
}

/// What is claimed.
#[derive(Default)]
struct Claiming {
    /// The claim under way, and the wake-up that it was made at.
    asked: Option<(JoinHandle<Result<Claimed, QueueError>>, Wakeup)>,
    /// What is not started after all: it is released before the next claim.
    unstarted: Vec<JobRef>,
    /// What is released before the claim under way.
    releasing: Option<Arc<[JobRef]>>,
    /// There is something new, which may be for who has room.
    fresh: bool,
    /// There may be more of what there was.
    more: bool,
    /// No sooner than this: the last one failed.
    not_before: Option<Instant>,
    /// How far the queue has come on its way round the lanes.
    sweep: Sweep,
}

impl<Q: Queue> Dispatcher<Q> {
    pub fn new(queue: Arc<Q>, crew: Crew, limits: Limits, board: Board, outcomes: OutcomeStream) -> Self {
        let names = crew.known_names();
        Self {
            queue,
            crew,
            limits,
            board,
            outcomes,
            tries: JoinSet::new(),
            under_way: HashMap::new(),
            endpoints: Endpoints::new(limits, names),
            resting: Resting::default(),
            outage: Outage::default(),
            lacks: None,
            claiming: Claiming { fresh: true, ..Claiming::default() },
            records: Records::default(),
            clock: Clock::start(),
            owed: Some(SignedDuration::ZERO),
            next_due: None,
            started: Vec::new(),
            ended: Vec::new(),
            overtaken: None,
        }
    }

    /// Sends until it is told to stop or another session has taken over, and gives the requests in
    /// flight a little time.
    pub async fn until(mut self, stopped: &mut oneshot::Receiver<()>) -> End {
        let mut wakeups = self.queue.wakeups();
        let mut seen = *wakeups.borrow_and_update();
        let mut names = self.crew.known_names().changes();
        while self.overtaken.is_none() {
            self.look_at_clock().await;
            self.note(&mut seen, &mut wakeups);
            self.start();
            self.record();
            self.ask(seen);
            self.tell();
            let nap = self.nap();
            tokio::select! {
                biased;
                _ = &mut *stopped => break,
                Some(ended) = self.tries.join_next_with_id() => self.ended(ended),
                recorded = joined(&mut self.records.under_way) => self.recorded(recorded),
                answer = joined(&mut self.claiming.asked) => self.answered(answer, *wakeups.borrow()),
                changed = wakeups.changed() => if changed.is_err() { break },
                Ok(()) = names.changed() => self.claiming.fresh = true,
                () = sleep(nap) => {}
            }
        }
        let Some(why) = self.overtaken.take() else {
            self.stop(Role::Stopped).await;
            return End::Stopped;
        };
        let _ = self.board.told::<()>(Step::Keep, Err(why));
        // Not stopped: it waits for the lock again.
        self.stop(Role::Starting).await;
        End::Overtaken
    }

    /// Starts nothing more, and records what still ends in time.
    async fn stop(mut self, role: Role) {
        self.board.role(role);
        let until = tokio::time::Instant::now() + STOP_GRACE;
        let _ = tokio::time::timeout_at(until, self.release_unstarted()).await;
        while !self.tries.is_empty() || self.records.len() > 0 {
            self.record();
            self.tell();
            let nap = self.nap();
            tokio::select! {
                biased;
                Some(ended) = self.tries.join_next_with_id() => self.ended(ended),
                recorded = joined(&mut self.records.under_way) => self.recorded(recorded),
                () = tokio::time::sleep_until(until) => break,
                () = sleep(nap) => {}
            }
        }
        self.tries.shutdown().await;
        self.board.left_unrecorded(self.records.len());
        self.ended.extend(self.under_way.values().map(|attempt| attempt.job.id));
        self.tell();
    }

    /// Gives back what was claimed and is not started. Where that fails, leaving the seat does.
    async fn release_unstarted(&mut self) {
        self.forget_read();
        let mut unstarted = std::mem::take(&mut self.claiming.unstarted);
        unstarted.extend(self.claiming.releasing.iter().flat_map(|jobs| jobs.iter()));
        if let Some((asked, _)) = self.claiming.asked.take() {
            asked.abort();
            if let Ok(Ok(claimed)) = asked.await {
                unstarted.extend(claimed.jobs.iter().map(|job| job.reference));
            }
        }
        let _ = self.queue.release(&unstarted).await;
    }

    /// What was read before something was invalidated may no longer hold; what is new is asked for.
    fn note(&mut self, seen: &mut Wakeup, wakeups: &mut watch::Receiver<Wakeup>) {
        let now = *wakeups.borrow_and_update();
        if now == *seen {
            return;
        }
        if now.invalidated != seen.invalidated {
            self.forget_read();
            // A retry may be due sooner than it was.
            self.next_due = None;
        }
        *seen = now;
        self.claiming.fresh = true;
    }

    /// What was read and is not started goes back to the queue.
    fn forget_read(&mut self) {
        self.endpoints.take_read(&mut self.claiming.unstarted);
    }

    /// Waits are not for times on the clock but for time to pass: what waits is moved with a clock
    /// that was set.
    async fn look_at_clock(&mut self) {
        if self.queue.clock() == ClockSource::Store {
            return;
        }
        if let Some(set) = self.clock.look() {
            self.owed = Some(self.owed.unwrap_or_default().saturating_add(set));
        }
        let Some(owed) = self.owed else { return };
        if self.claiming.not_before.is_some_and(|at| at > Instant::now()) {
            return;
        }
        let shifted = self.queue.shift(owed, clock::now()).await;
        self.claiming.fresh = true;
        if self.board.told(Step::Look, shifted).is_ok() {
            self.owed = None;
            self.next_due = None;
        } else {
            // What waits would go out too early, or too late: nothing is asked for before that.
            self.claiming.not_before = Some(Instant::now() + TROUBLE_PAUSE);
        }
    }

    fn start(&mut self) {
        let now = Instant::now();
        if self.outage.tick(now, &mut self.endpoints) {
            self.claiming.fresh = true;
        }
        self.endpoints.wake(now);
        // What cannot be recorded is not sent on top of that.
        if self.records.not_before.is_some() {
            return;
        }
        while self.tries.len() < self.limits.total
            && self.records.len() < self.limits.unrecorded
            && let Some((job, ticket)) = self.endpoints.start(now)
        {
            self.spawn(job, ticket);
        }
        // Others may have taken all the room: what a person sent does not wait for theirs.
        let manual = self.limits.total + (self.limits.total / MANUAL_SHARE).max(1);
        while self.tries.len() < manual
            && self.records.len() < self.limits.unrecorded
            && let Some((job, ticket)) = self.endpoints.start_extra(now)
        {
            self.spawn(job, ticket);
        }
    }

    fn spawn(&mut self, job: Box<Job>, ticket: Ticket) {
        let Job { reference, ref origin, .. } = *job;
        let probes = self.endpoints.is_held(origin);
        let slot = InSlot { job: reference, origin: origin.clone(), ticket, probes };
        self.started.push((reference.id, InFlight { n: job.attempts + 1, started_at: clock::now() }));
        let (runtime, transport) = self.crew.next();
        let task = self.tries.spawn_on(attempt(transport, job), runtime);
        self.under_way.insert(task.id(), slot);
    }

    /// Takes out the try that ended, and with it all others that have.
    fn ended(&mut self, first: Result<(Id, Result<Outcome, LocalTrouble>), JoinError>) {
        let now = Instant::now();
        let mut next = Some(first);
        while let Some(ended) = next {
            let (task, came) = match ended {
                Ok((task, came)) => (task, Some(came)),
                Err(error) => (error.id(), None),
            };
            if let Some(InSlot { job, origin, ticket, probes }) = self.under_way.remove(&task) {
                let outcome = came.as_ref().and_then(|came| came.as_ref().ok());
                self.endpoints.end(&origin, ticket, now, outcome.map(how_it_ended));
                self.claiming.more = true;
                match came {
                    Some(Ok(outcome)) => {
                        if probes {
                            self.outage.over(now, &mut self.endpoints);
                            self.claiming.fresh = true;
                        }
                        self.resting.forget(job.id);
                        self.records.waiting.push(outcome);
                    }
                    // No attempt was made: nothing is recorded, and the delivery stays as it was.
                    Some(Err(trouble)) => {
                        self.outage.met(&origin, trouble, now, &mut self.endpoints);
                        self.claiming.unstarted.push(job);
                        self.ended.push(job.id);
                    }
                    None => {
                        self.resting.add(job, now);
                        self.ended.push(job.id);
                    }
                }
            }
            next = self.tries.try_join_next_with_id();
        }
    }

    /// Has what ended written down, all that waits for it at once.
    fn record(&mut self) {
        let early = self.records.not_before.is_some_and(|at| at > Instant::now());
        if self.records.under_way.is_some() || self.records.waiting.is_empty() || early {
            return;
        }
        let batch: Arc<[Outcome]> = std::mem::take(&mut self.records.waiting).into();
        let (queue, told) = (Arc::clone(&self.queue), Arc::clone(&batch));
        let outcomes = self.outcomes.clone();
        let task = tokio::spawn(async move {
            let not_ours = queue.record(Arc::clone(&told)).await?;
            // Not on before its subscribers have it: sending waits for those that must have all.
            outcomes.publish(&told).await;
            Ok(not_ours)
        });
        self.records.under_way = Some((task, batch));
    }

    fn recorded(&mut self, result: Result<Result<Vec<JobRef>, QueueError>, JoinError>) {
        let Some((_, batch)) = self.records.under_way.take() else { return };
        let result = result
            .unwrap_or_else(|error| Err(QueueError::Passing(format!("recording was aborted: {error}"))));
        let Ok(not_ours) = self.board.told(Step::Record, result) else {
            // What was sent must not be forgotten: it is recorded again until it is on disk.
            self.records.waiting.splice(0..0, batch.iter().cloned());
            self.records.not_before = Some(Instant::now() + TROUBLE_PAUSE);
            return;
        };
        self.records.not_before = None;
        // One that is no longer stored may have given its place to another, which was passed over as claimed.
        self.claiming.fresh |= !not_ours.is_empty();
        for outcome in &*batch {
            self.ended.push(outcome.id());
            if let Some(at) = outcome.next.retry_at()
                && !not_ours.contains(&outcome.job)
            {
                self.next_due = Some(self.next_due.map_or(at, |next| next.min(at)));
            }
        }
    }

    /// Claims more, unless a claim is under way, there is no more, or there is enough.
    fn ask(&mut self, seen: Wakeup) {
        let now = Instant::now();
        let due = self.next_due.is_some_and(|at| at <= clock::now());
        let rested = self.resting.take_rested(now, &mut self.claiming.unstarted);
        if due {
            self.next_due = None;
        }
        self.claiming.fresh |= due || rested;
        let early = self.claiming.not_before.is_some_and(|at| at > now);
        if self.claiming.asked.is_some() || !self.wants_to_ask() || early {
            return;
        }
        // All that was read is of endpoints without room, or there is none in all: others, and what a
        // person sent, must not wait for those.
        let full = self.tries.len() >= self.limits.total && self.claiming.fresh;
        if self.endpoints.read() >= READ_AHEAD && (full || !self.endpoints.can_start()) {
            self.forget_read();
        }
        let limit = READ_AHEAD.saturating_sub(self.endpoints.read());
        if limit == 0 {
            return;
        }
        if self.claiming.fresh || !self.claiming.sweep.is_unfinished() {
            self.claiming.sweep.begin();
        }
        (self.claiming.fresh, self.claiming.more) = (false, false);
        let (origins, lanes) = self.endpoints.ask(now);
        let (per_origin, after) = (self.limits.per_origin, self.claiming.sweep.after());
        let demand = Demand { now: clock::now(), limit, per_origin, origins, lanes, after };
        let unstarted = &mut self.claiming.unstarted;
        let releasing = (!unstarted.is_empty()).then(|| std::mem::take(unstarted).into());
        self.claiming.releasing.clone_from(&releasing);
        let queue = Arc::clone(&self.queue);
        let task = tokio::spawn(async move {
            if let Some(unstarted) = releasing {
                queue.release(&unstarted).await?;
            }
            queue.claim(demand).await
        });
        self.claiming.asked = Some((task, seen));
    }

    /// Whether there is something new, or more for who is about to run out, or nothing to start and lanes
    /// are left to look at.
    fn wants_to_ask(&self) -> bool {
        self.claiming.fresh
            || (self.claiming.more && self.endpoints.is_thirsty())
            || (self.claiming.sweep.is_unfinished() && !self.endpoints.can_start())
    }

    fn answered(&mut self, answer: Result<Result<Claimed, QueueError>, JoinError>, now: Wakeup) {
        let Some((_, asked_at)) = self.claiming.asked.take() else { return };
        let answer = answer.unwrap_or_else(|error| {
            Err(QueueError::Passing(format!("reading due deliveries was aborted: {error}")))
        });
        let answer = match answer {
            Err(error @ QueueError::Overtaken(_)) => {
                self.overtaken = Some(error);
                return;
            }
            answer => answer,
        };
        let released = self.claiming.releasing.take();
        let Ok(claimed) = self.board.told(Step::Look, answer) else {
            // Released twice is once.
            self.claiming.unstarted.extend(released.iter().flat_map(|jobs| jobs.iter()));
            self.claiming.fresh = true;
            self.claiming.not_before = Some(Instant::now() + TROUBLE_PAUSE);
            return;
        };
        self.claiming.not_before = None;
        self.board.unreadable(claimed.unreadable);
        if now.invalidated != asked_at.invalidated {
            self.claiming.unstarted.extend(claimed.jobs.iter().map(|job| job.reference));
            self.claiming.fresh = true;
            return;
        }
        // Something came: there may be more of it than there was room for.
        self.claiming.more |= !claimed.jobs.is_empty();
        self.claiming.sweep.note(claimed.after, claimed.is_partial);
        self.next_due = self.next_due.into_iter().chain(claimed.next_due).min();
        self.endpoints.add(claimed.jobs, Instant::now());
    }

    /// Writes what was started and ended on the board.
    fn tell(&mut self) {
        if !self.started.is_empty() || !self.ended.is_empty() {
            self.board.update(self.started.drain(..), self.ended.drain(..));
        }
        if self.lacks != self.outage.why() {
            self.lacks = self.outage.why();
            self.board.local(self.lacks);
        }
    }

    /// The time until something is due that no event tells.
    fn nap(&self) -> Option<Duration> {
        let now = Instant::now();
        let until = |at: Instant| at.saturating_duration_since(now);
        let due = self.next_due.map(|at| {
            let wait: SignedDuration = at.duration_since(clock::now());
            Duration::try_from(wait).unwrap_or_default()
        });
        // While one is under way its end tells.
        let asks = self.claiming.asked.is_none() && self.wants_to_ask();
        let asked = self.claiming.not_before.filter(|_| asks).map(until);
        let recorded = self.records.not_before.filter(|_| self.records.under_way.is_none()).map(until);
        let probed = self.endpoints.next_wake().into_iter().chain(self.outage.until()).map(until);
        due.into_iter().chain(asked).chain(recorded).chain(probed).chain(self.resting.next(now)).min()
    }
}

async fn attempt(transport: Transport, job: Box<Job>) -> Result<Outcome, LocalTrouble> {
    let tried = transport.attempt(&job).await?;
    let failure = tried.attempt.error.as_ref();
    let next = retry_decision::next(job.policy, tried.attempt.n, failure, tried.retry_after, clock::now());
    Ok(Outcome { job: job.reference, lane: job.lane, attempt: tried.attempt, next })
}

fn how_it_ended(outcome: &Outcome) -> Ended {
    match &outcome.attempt.error {
        Some(failure) if failure.class == ErrorClass::Timeout => Ended::TimedOut,
        _ => Ended::InTime,
    }
}

/// Waits for the task, if there is one.
async fn joined<T, D>(task: &mut Option<(JoinHandle<T>, D)>) -> Result<T, JoinError> {
    match task {
        Some((task, _)) => task.await,
        None => std::future::pending().await,
    }
}

async fn sleep(nap: Option<Duration>) {
    match nap {
        Some(nap) => tokio::time::sleep(nap.min(LONGEST_NAP)).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
