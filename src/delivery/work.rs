//! The loop that sends what is due.
//!
//! It holds one timer, for what is due next, and wakes besides only when something was committed or
//! a try ended. Whoever wants something sent, cancelled or tried now writes it to the outbox.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};

use super::board::{Board, Step};
use super::id::DeliveryId;
use super::outbox::{Busy, Outbox};
use super::record::{Job, Outcome};
use super::resting::Resting;
use super::sender::Limits;
use super::sending::{InFlight, Role};
use super::transport::Transport;
use super::verdict;

/// How long to wait before the storage is asked again after it failed.
pub const TROUBLE_PAUSE: Duration = Duration::from_secs(1);
/// What is under way gets this long when the sender stops; then it is cut off and stays pending.
const STOP_GRACE: Duration = Duration::from_secs(5);
/// The clock on the wall may jump: no wait is longer than this without another look at it.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// What the loop holds.
pub struct Work<O> {
    outbox: Arc<O>,
    transport: Transport,
    limits: Limits,
    board: Board,
    tries: JoinSet<()>,
    /// Which delivery each try is of, and where it goes: a try that breaks off cannot say so itself.
    under_way: HashMap<Id, (DeliveryId, String)>,
    /// Tries under way to each origin that has any.
    open: HashMap<String, usize>,
    /// The origin that had the last turn.
    after: Option<String>,
    resting: Resting,
}

impl<O: Outbox> Work<O> {
    pub fn new(outbox: Arc<O>, transport: Transport, limits: Limits, board: Board) -> Self {
        Self {
            outbox,
            transport,
            limits,
            board,
            tries: JoinSet::new(),
            under_way: HashMap::new(),
            open: HashMap::new(),
            after: None,
            resting: Resting::default(),
        }
    }

    /// Sends until it is told to stop, and gives what is under way a little time.
    pub async fn until(mut self, mut stopped: oneshot::Receiver<()>) {
        let mut commits = self.outbox.changes();
        loop {
            commits.mark_unchanged();
            let nap = self.start_due().await;
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                Some(ended) = self.tries.join_next_with_id() => self.ended(ended),
                changed = commits.changed() => if changed.is_err() { break },
                () = sleep(nap) => {}
            }
        }
        self.board.role(Role::Stopped);
        let rest = async {
            while let Some(ended) = self.tries.join_next_with_id().await {
                self.ended(ended);
            }
        };
        let _ = tokio::time::timeout(STOP_GRACE, rest).await;
        self.tries.shutdown().await;
        let cut: Vec<_> = self.under_way.into_values().map(|(id, _)| id).collect();
        self.board.ended(&cut);
    }

    /// Starts what is due and has room. Gives the time until the next one is due.
    async fn start_due(&mut self) -> Option<Duration> {
        let room = self.limits.total.saturating_sub(self.tries.len());
        if room == 0 {
            return None;
        }
        let asked = self.outbox.due(Timestamp::now(), room, self.busy()).await;
        let Ok(due) = self.board.told(Step::Look, asked) else { return Some(TROUBLE_PAUSE) };
        for job in due.jobs {
            self.start(job);
        }
        let next = due.next.map(|at| at.duration_since(Timestamp::now()).try_into().unwrap_or_default());
        next.into_iter().chain(self.resting.next(Instant::now())).min()
    }

    fn busy(&self) -> Busy {
        let under_way = self.under_way.values().map(|(id, _)| *id);
        Busy {
            in_flight: under_way.chain(self.resting.at(Instant::now())).collect(),
            open: self.open.clone(),
            per_origin: self.limits.per_origin,
            after: self.after.clone(),
        }
    }

    fn start(&mut self, job: Job) {
        let (id, origin) = (job.id, job.origin.clone());
        self.board.started(id, InFlight { n: job.attempts + 1, started_at: Timestamp::now() });
        *self.open.entry(origin.clone()).or_default() += 1;
        self.after = Some(origin.clone());
        let (outbox, transport, board) =
            (Arc::clone(&self.outbox), self.transport.clone(), self.board.clone());
        let task = self.tries.spawn(async move { attempt(&*outbox, &transport, &board, &job).await });
        self.under_way.insert(task.id(), (id, origin));
    }

    /// Takes out the try that ended, and with it all others that have: the storage is asked once for
    /// all their room.
    fn ended(&mut self, first: Result<(Id, ()), JoinError>) {
        let mut ids = Vec::new();
        let mut next = Some(first);
        while let Some(ended) = next {
            let (task, whole) = match ended {
                Ok((task, ())) => (task, true),
                Err(error) => (error.id(), false),
            };
            if let Some((id, origin)) = self.under_way.remove(&task) {
                if whole {
                    self.resting.forget(id);
                } else {
                    self.resting.add(id, Instant::now());
                }
                self.close(&origin);
                ids.push(id);
            }
            next = self.tries.try_join_next_with_id();
        }
        self.board.ended(&ids);
    }

    fn close(&mut self, origin: &str) {
        if let Some(open) = self.open.get_mut(origin) {
            *open -= 1;
            if *open == 0 {
                self.open.remove(origin);
            }
        }
    }
}

async fn attempt<O: Outbox>(outbox: &O, transport: &Transport, board: &Board, job: &Job) {
    let tried = transport.attempt(job).await;
    let failure = tried.attempt.error.as_ref();
    let next = verdict::next(job.policy, tried.attempt.n, failure, tried.retry_after, Timestamp::now());
    let outcome = Outcome { id: job.id, attempt: tried.attempt, next };
    // What was sent must not be forgotten: it is told until it is on disk.
    while board.told(Step::Record, outbox.record(outcome.clone()).await).is_err() {
        tokio::time::sleep(TROUBLE_PAUSE).await;
    }
}

async fn sleep(nap: Option<Duration>) {
    match nap {
        Some(nap) => tokio::time::sleep(nap.min(LONGEST_NAP)).await,
        None => std::future::pending().await,
    }
}
