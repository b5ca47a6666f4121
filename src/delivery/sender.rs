//! The loop that sends what is due.
//!
//! It holds one timer, for what is due next, and wakes besides only when something was committed or
//! a try ended. Whoever wants something sent, cancelled or tried now writes it to the outbox.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::id::DeliveryId;
use super::outbox::{Busy, Outbox};
use super::record::{Job, Outcome};
use super::sending::{InFlight, Role, Sending};
use super::transport::Transport;
use super::verdict;

/// How much is sent at a time (design, section 5).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Tries under way to one endpoint.
    pub per_origin: usize,
    /// Tries under way in all.
    pub total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_origin: 16, total: 256 }
    }
}

/// What is under way gets this long when the sender stops; then it is cut off and stays pending.
const STOP_GRACE: Duration = Duration::from_secs(5);
/// How long to wait before the storage is asked again after it failed.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);
/// The clock on the wall may jump: no wait is longer than this without another look at it.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// The running sender.
#[derive(Debug)]
pub struct Sender {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    sending: watch::Receiver<Sending>,
}

impl Sender {
    /// Starts sending, as soon as no other process does. Needs a tokio runtime.
    #[must_use]
    pub fn start<O: Outbox>(outbox: Arc<O>, transport: Transport, limits: Limits) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (publish, sending) = watch::channel(Sending::default());
        let task = tokio::spawn(run(outbox, transport, limits, publish, stopped));
        Self { stop: Some(stop), task, sending }
    }

    /// What it does just now.
    #[must_use]
    pub fn sending(&self) -> watch::Receiver<Sending> {
        self.sending.clone()
    }

    /// Starts nothing new, gives what is under way five seconds, and ends. The rest stays pending.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run<O: Outbox>(
    outbox: Arc<O>,
    transport: Transport,
    limits: Limits,
    publish: watch::Sender<Sending>,
    mut stopped: oneshot::Receiver<()>,
) {
    publish.send_modify(|s| s.role = Role::Watches(outbox.sending_pid()));
    let permit = loop {
        tokio::select! {
            permit = outbox.permit() => match permit {
                Ok(permit) => break permit,
                Err(error) => {
                    publish.send_modify(|s| s.trouble = Some(error.to_string()));
                    tokio::time::sleep(TROUBLE_PAUSE).await;
                }
            },
            _ = &mut stopped => return,
        }
    };
    publish.send_modify(|s| (s.role, s.trouble) = (Role::Sends, None));
    let mut work =
        Work { outbox, transport, limits, publish, tries: JoinSet::new(), origins: HashMap::new() };
    work.until_stopped(&mut stopped).await;
    work.finish().await;
    drop(permit);
}

struct Work<O> {
    outbox: Arc<O>,
    transport: Transport,
    limits: Limits,
    publish: watch::Sender<Sending>,
    tries: JoinSet<(DeliveryId, String)>,
    origins: HashMap<String, usize>,
}

impl<O: Outbox> Work<O> {
    async fn until_stopped(&mut self, stopped: &mut oneshot::Receiver<()>) {
        let mut commits = self.outbox.changes();
        loop {
            commits.mark_unchanged();
            let nap = self.start_due().await;
            tokio::select! {
                biased;
                _ = &mut *stopped => return,
                Some(ended) = self.tries.join_next() => self.ended(ended),
                changed = commits.changed() => if changed.is_err() { return },
                () = sleep(nap) => {}
            }
        }
    }

    /// Starts what is due and has room. Gives the time until the next one is due.
    async fn start_due(&mut self) -> Option<Duration> {
        let room = self.limits.total.saturating_sub(self.tries.len());
        if room == 0 {
            return None;
        }
        let now = Timestamp::now();
        let due = match self.outbox.due(now, room, &self.busy()).await {
            Ok(due) => due,
            Err(error) => {
                self.publish.send_modify(|s| s.trouble = Some(error.to_string()));
                return Some(TROUBLE_PAUSE);
            }
        };
        for job in due.jobs {
            let open = self.origins.entry(job.origin.clone()).or_default();
            if *open < self.limits.per_origin {
                *open += 1;
                self.start(job);
            }
        }
        due.next.map(|at| at.duration_since(Timestamp::now()).try_into().unwrap_or_default())
    }

    fn busy(&self) -> Busy {
        let full = self.origins.iter().filter(|(_, open)| **open >= self.limits.per_origin);
        Busy {
            in_flight: self.publish.borrow().in_flight.keys().copied().collect(),
            full_origins: full.map(|(origin, _)| origin.clone()).collect(),
        }
    }

    fn start(&mut self, job: Job) {
        let flight = InFlight { n: job.attempts + 1, started_at: Timestamp::now() };
        self.publish.send_modify(|s| {
            s.in_flight.insert(job.id, flight);
        });
        let (outbox, transport, publish) =
            (self.outbox.clone(), self.transport.clone(), self.publish.clone());
        self.tries.spawn(async move {
            let (id, origin) = (job.id, job.origin.clone());
            let tried = transport.attempt(&job).await;
            let failure = tried.attempt.error.as_ref();
            let next =
                verdict::next(job.policy, tried.attempt.n, failure, tried.retry_after, Timestamp::now());
            record(&*outbox, &publish, Outcome { id, attempt: tried.attempt, next }).await;
            (id, origin)
        });
    }

    fn ended(&mut self, ended: Result<(DeliveryId, String), tokio::task::JoinError>) {
        // A try ends with an error only when it was cut off, and then the whole sender ends.
        let Ok((id, origin)) = ended else { return };
        if let Some(open) = self.origins.get_mut(&origin) {
            *open -= 1;
            if *open == 0 {
                self.origins.remove(&origin);
            }
        }
        self.publish.send_modify(|s| {
            s.in_flight.remove(&id);
        });
    }

    async fn finish(&mut self) {
        self.publish.send_modify(|s| s.role = Role::Stopped);
        let _ = tokio::time::timeout(STOP_GRACE, async {
            while let Some(ended) = self.tries.join_next().await {
                self.ended(ended);
            }
        })
        .await;
        self.tries.shutdown().await;
    }
}

/// Records an outcome, and tries until it is on disk: what was sent must not be forgotten.
async fn record<O: Outbox>(outbox: &O, publish: &watch::Sender<Sending>, outcome: Outcome) {
    while let Err(error) = outbox.record(outcome.clone()).await {
        publish.send_modify(|s| s.trouble = Some(error.to_string()));
        tokio::time::sleep(TROUBLE_PAUSE).await;
    }
    publish.send_if_modified(|s| s.trouble.take().is_some());
}

async fn sleep(nap: Option<Duration>) {
    match nap {
        Some(nap) => tokio::time::sleep(nap.min(LONGEST_NAP)).await,
        None => std::future::pending().await,
    }
}
