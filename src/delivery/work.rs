//! The loop that sends what is due.
//!
//! It starts what was read ahead and has room, keeps one question to the storage under way while
//! there may be more, and one record of what ended. It holds one timer, for what is due next, and
//! wakes besides only when there is news, or when a try, a question or a record has ended. Whoever
//! wants something sent, cancelled or tried now writes it to the outbox.

mod records;
mod sweep;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{oneshot, watch};
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};

use crate::clock;
use crate::record::{DeliveryId, ErrorClass, Job, Origin, Outcome, Place, retry_decision};
use crate::storage::{Busy, Due, News, Outbox, OutboxError};

use super::board::{Board, Step};
use super::clock::Clock;
use super::crew::Crew;
use super::endpoints::{Ended, Endpoints, Ticket};
use super::limits::Limits;
use super::local_trouble::LocalTrouble;
use super::outage::Outage;
use super::resting::Resting;
use super::sending::{InFlight, Role};
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
pub struct Work<O> {
    outbox: Arc<O>,
    crew: Crew,
    limits: Limits,
    board: Board,
    tries: JoinSet<Result<Outcome, LocalTrouble>>,
    /// Each attempt in flight: one that breaks off cannot say itself what it was.
    under_way: HashMap<Id, InSlot>,
    endpoints: Endpoints,
    resting: Resting,
    outage: Outage,
    /// What the board says that this machine lacks.
    lacks: Option<LocalTrouble>,
    question: Question,
    records: Records,
    clock: Clock,
    /// By how much the clock was set, and what waits was not moved yet. At the start by nothing that
    /// is known: the clock may have been wrong before.
    owed: Option<SignedDuration>,
    /// When the next retry is due.
    next_due: Option<Timestamp>,
    started: Vec<(DeliveryId, InFlight)>,
    ended: Vec<DeliveryId>,
    overtaken: Option<OutboxError>,
}

/// An attempt in flight, and its slot.
struct InSlot {
    id: DeliveryId,
    place: Place,
    origin: Origin,
    ticket: Ticket,
    /// It finds out whether trouble of this machine is over.
    probes: bool,
}

/// What is asked of the storage.
#[derive(Default)]
struct Question {
    /// The one under way, and the news that it was asked at.
    asked: Option<(JoinHandle<Result<Due, OutboxError>>, News)>,
    /// There is something new, which may be for who has room.
    fresh: bool,
    /// There may be more of what there was.
    more: bool,
    /// No sooner than this: the last one failed.
    not_before: Option<Instant>,
    /// How far the storage has come on its way round the lanes.
    sweep: Sweep,
}

impl<O: Outbox> Work<O> {
    pub fn new(outbox: Arc<O>, crew: Crew, limits: Limits, board: Board) -> Self {
        let names = crew.known_names();
        Self {
            outbox,
            crew,
            limits,
            board,
            tries: JoinSet::new(),
            under_way: HashMap::new(),
            endpoints: Endpoints::new(limits, names),
            resting: Resting::default(),
            outage: Outage::default(),
            lacks: None,
            question: Question { fresh: true, ..Question::default() },
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
        let mut news = self.outbox.news();
        let mut seen = *news.borrow_and_update();
        let mut names = self.crew.known_names().changes();
        while self.overtaken.is_none() {
            self.look_at_clock().await;
            self.note(&mut seen, &mut news);
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
                answer = joined(&mut self.question.asked) => self.answered(answer, *news.borrow()),
                changed = news.changed() => if changed.is_err() { break },
                Ok(()) = names.changed() => self.question.fresh = true,
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
        self.endpoints.forget_read();
        if let Some((asked, _)) = self.question.asked.take() {
            asked.abort();
        }
        let until = tokio::time::Instant::now() + STOP_GRACE;
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
        self.ended.extend(self.under_way.values().map(|attempt| attempt.id));
        self.tell();
    }

    /// What was read before something was steered may no longer hold; what is new is asked for.
    fn note(&mut self, seen: &mut News, news: &mut watch::Receiver<News>) {
        let now = *news.borrow_and_update();
        if now == *seen {
            return;
        }
        if now.steered != seen.steered {
            self.endpoints.forget_read();
            // A retry may be due sooner than it was.
            self.next_due = None;
        }
        *seen = now;
        self.question.fresh = true;
    }

    /// Waits are not for times on the clock but for time to pass: what waits is moved with a clock
    /// that was set.
    async fn look_at_clock(&mut self) {
        if let Some(set) = self.clock.look() {
            self.owed = Some(self.owed.unwrap_or_default().saturating_add(set));
        }
        let Some(owed) = self.owed else { return };
        if self.question.not_before.is_some_and(|at| at > Instant::now()) {
            return;
        }
        let shifted = self.outbox.shift(owed, clock::now()).await;
        self.question.fresh = true;
        if self.board.told(Step::Look, shifted).is_ok() {
            self.owed = None;
            self.next_due = None;
        } else {
            // What waits would go out too early, or too late: nothing is asked for before that.
            self.question.not_before = Some(Instant::now() + TROUBLE_PAUSE);
        }
    }

    fn start(&mut self) {
        let now = Instant::now();
        if self.outage.tick(now, &mut self.endpoints) {
            self.question.fresh = true;
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

    fn spawn(&mut self, job: Job, ticket: Ticket) {
        let Job { id, place, ref origin, .. } = job;
        let probes = self.endpoints.is_held(origin);
        let slot = InSlot { id, place, origin: origin.clone(), ticket, probes };
        self.started.push((id, InFlight { n: job.attempts + 1, started_at: clock::now() }));
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
            if let Some(InSlot { id, place, origin, ticket, probes }) = self.under_way.remove(&task) {
                let outcome = came.as_ref().and_then(|came| came.as_ref().ok());
                self.endpoints.end(&origin, ticket, now, outcome.map(how_it_ended));
                self.question.more = true;
                match came {
                    Some(Ok(outcome)) => {
                        if probes {
                            self.outage.over(now, &mut self.endpoints);
                            self.question.fresh = true;
                        }
                        self.resting.forget(place);
                        self.records.waiting.push(outcome);
                    }
                    // No attempt was made: nothing is recorded, and the delivery stays as it was.
                    Some(Err(trouble)) => {
                        self.outage.met(&origin, trouble, now, &mut self.endpoints);
                        self.ended.push(id);
                    }
                    None => {
                        self.resting.add(place, now);
                        self.ended.push(id);
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
        let (outbox, told) = (Arc::clone(&self.outbox), Arc::clone(&batch));
        let task = tokio::spawn(async move { outbox.record(told).await });
        self.records.under_way = Some((task, batch));
    }

    fn recorded(&mut self, result: Result<Result<(), OutboxError>, JoinError>) {
        let Some((_, batch)) = self.records.under_way.take() else { return };
        let result = result
            .unwrap_or_else(|error| Err(OutboxError::Passing(format!("recording was aborted: {error}"))));
        if self.board.told(Step::Record, result).is_err() {
            // What was sent must not be forgotten: it is told until it is on disk.
            self.records.waiting.splice(0..0, batch.iter().cloned());
            self.records.not_before = Some(Instant::now() + TROUBLE_PAUSE);
            return;
        }
        self.records.not_before = None;
        for outcome in &*batch {
            self.ended.push(outcome.id);
            if let Some(at) = outcome.next.retry_at() {
                self.next_due = Some(self.next_due.map_or(at, |next| next.min(at)));
            }
        }
    }

    /// Asks the storage for more, unless it was asked, has no more, or there is enough.
    fn ask(&mut self, seen: News) {
        let now = Instant::now();
        let due = self.next_due.is_some_and(|at| at <= clock::now());
        let rested = self.resting.take_rested(now);
        if due {
            self.next_due = None;
        }
        self.question.fresh |= due || rested;
        let early = self.question.not_before.is_some_and(|at| at > now);
        if self.question.asked.is_some() || !self.wants_to_ask() || early {
            return;
        }
        // All that was read is of endpoints without room, or there is none in all: others, and what a
        // person sent, must not wait for those.
        let full = self.tries.len() >= self.limits.total && self.question.fresh;
        if self.endpoints.read() >= READ_AHEAD && (full || !self.endpoints.can_start()) {
            self.endpoints.forget_read();
        }
        let limit = READ_AHEAD.saturating_sub(self.endpoints.read());
        if limit == 0 {
            return;
        }
        if self.question.fresh || !self.question.sweep.is_unfinished() {
            self.question.sweep.begin();
        }
        (self.question.fresh, self.question.more) = (false, false);
        let busy = self.busy();
        let outbox = Arc::clone(&self.outbox);
        let task = tokio::spawn(async move { outbox.due(clock::now(), limit, busy).await });
        self.question.asked = Some((task, seen));
    }

    /// Whether there is something new, or more for who is about to run out, or nothing to start and lanes
    /// are left to look at.
    fn wants_to_ask(&self) -> bool {
        self.question.fresh
            || (self.question.more && self.endpoints.is_thirsty())
            || (self.question.sweep.is_unfinished() && !self.endpoints.can_start())
    }

    fn busy(&mut self) -> Busy {
        let under_way = self.under_way.values().map(|attempt| attempt.place);
        let resting = self.resting.at(Instant::now());
        let known = under_way.chain(self.endpoints.places()).chain(self.records.places()).chain(resting);
        let known = known.map(|place| place.row).collect();
        let (origins, lanes) = self.endpoints.ask(Instant::now());
        Busy { known, origins, lanes, per_origin: self.limits.per_origin, after: self.question.sweep.after() }
    }

    fn answered(&mut self, answer: Result<Result<Due, OutboxError>, JoinError>, now: News) {
        let Some((_, asked_at)) = self.question.asked.take() else { return };
        let answer = answer.unwrap_or_else(|error| {
            Err(OutboxError::Passing(format!("reading due deliveries was aborted: {error}")))
        });
        let answer = match answer {
            Err(error @ OutboxError::Overtaken(_)) => {
                self.overtaken = Some(error);
                return;
            }
            answer => answer,
        };
        let Ok(due) = self.board.told(Step::Look, answer) else {
            self.question.fresh = true;
            self.question.not_before = Some(Instant::now() + TROUBLE_PAUSE);
            return;
        };
        self.question.not_before = None;
        self.board.unreadable(due.unreadable);
        if now.steered != asked_at.steered {
            self.question.fresh = true;
            return;
        }
        // Something came: there may be more of it than there was room for.
        self.question.more |= !due.jobs.is_empty();
        self.question.sweep.note(due.after, due.is_partial);
        self.next_due = self.next_due.into_iter().chain(due.next).min();
        self.endpoints.add(due.jobs, Instant::now());
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
        let asks = self.question.asked.is_none() && self.wants_to_ask();
        let asked = self.question.not_before.filter(|_| asks).map(until);
        let recorded = self.records.not_before.filter(|_| self.records.under_way.is_none()).map(until);
        let probed = self.endpoints.next_wake().into_iter().chain(self.outage.until()).map(until);
        due.into_iter().chain(asked).chain(recorded).chain(probed).chain(self.resting.next(now)).min()
    }
}

async fn attempt(transport: Transport, job: Job) -> Result<Outcome, LocalTrouble> {
    let tried = transport.attempt(&job).await?;
    let failure = tried.attempt.error.as_ref();
    let next = retry_decision::next(job.policy, tried.attempt.n, failure, tried.retry_after, clock::now());
    Ok(Outcome { id: job.id, place: job.place, attempt: tried.attempt, next })
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
