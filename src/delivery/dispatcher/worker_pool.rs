//! The threads that make attempts: each has its own runtime and connections, so that no attempt moves between cores.
//!
//! Each thread has tasks that make one attempt after the other. So an attempt needs no task of its own: it is
//! assigned to an idle task, and wakes it.

mod desk;
mod results;

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::threads::{self, NoRuntime};

use crate::delivery::attempt::Transport;
use crate::delivery::http::known_names::KnownNames;
pub use desk::Assignment;
use desk::{Desk, Given};
pub use results::{Finished, Results};

/// The workers. Dropping it ends their threads; attempts still in flight are aborted.
pub struct WorkerPool {
    workers: Vec<Worker>,
    next: usize,
    known_names: Arc<KnownNames>,
    results: Arc<Results>,
    /// The tasks of all threads.
    tasks: JoinSet<()>,
}

struct Worker {
    runtime: Handle,
    transport: Transport,
    desk: Arc<Desk>,
    /// Dropping it ends the thread. None for the thread that the loop itself runs on.
    _going: Option<oneshot::Sender<()>>,
}

impl Worker {
    fn new(runtime: Handle, transport: Transport, going: Option<oneshot::Sender<()>>) -> Self {
        Self { runtime, transport, desk: Arc::default(), _going: going }
    }
}

impl WorkerPool {
    /// This many threads, the current one being the first; threads that cannot be started are done without. Needs a
    /// runtime here.
    pub fn new(transport: Transport, threads: usize) -> Self {
        let known_names = transport.known_names();
        let mut workers = Vec::with_capacity(threads.max(1));
        for _ in 1..threads {
            let Ok((runtime, going)) = spawn() else { break };
            workers.push(Worker::new(runtime, transport.beside(), Some(going)));
        }
        workers.push(Worker::new(Handle::current(), transport, None));
        Self { workers, next: 0, known_names, results: Arc::default(), tasks: JoinSet::new() }
    }

    /// The names that resolved recently for any of them.
    pub fn known_names(&self) -> Arc<KnownNames> {
        Arc::clone(&self.known_names)
    }

    /// The results of attempts.
    pub fn results(&self) -> &Arc<Results> {
        &self.results
    }

    /// Assigns an attempt to the worker whose turn it is.
    pub fn give(&mut self, assignment: Assignment) {
        self.next = (self.next + 1) % self.workers.len();
        let Worker { runtime, transport, desk, .. } = &self.workers[self.next];
        if let Given::Seat(seat) = desk.give(assignment) {
            // Panicked ones are forgotten.
            while self.tasks.try_join_next().is_some() {}
            let attempts = desk::work(Arc::clone(desk), seat, transport.clone(), Arc::clone(&self.results));
            self.tasks.spawn_on(attempts, runtime);
        }
    }

    /// Aborts all attempts in flight.
    pub async fn shut_down(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// A thread with a runtime.
fn spawn() -> Result<(Handle, oneshot::Sender<()>), NoRuntime> {
    let runtime = threads::runtime()?;
    let handle = runtime.handle().clone();
    let (going, gone) = oneshot::channel::<()>();
    let work = move || {
        // An error means that the pool was dropped.
        let _ = runtime.block_on(gone);
    };
    threads::spawn("sender-hand", work)?;
    Ok((handle, going))
}

#[cfg(test)]
mod tests;
