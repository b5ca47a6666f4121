//! The threads that make attempts: each has a runtime and connections of its own, so that no attempt
//! moves between cores.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::threads::{self, NoRuntime};

use crate::delivery::attempt::Transport;
use crate::delivery::http::known_names::KnownNames;

/// The workers. Dropped, their threads end; attempts that are still in flight then are cut off.
pub struct WorkerPool {
    workers: Vec<Worker>,
    next: usize,
    known_names: Arc<KnownNames>,
}

struct Worker {
    runtime: Handle,
    transport: Transport,
    /// Dropped, the thread ends. None for the thread that the loop itself runs on.
    _going: Option<oneshot::Sender<()>>,
}

impl WorkerPool {
    /// So many threads, of which this one is the first; one that cannot be had is done without. Needs a
    /// runtime here.
    pub fn new(transport: Transport, threads: usize) -> Self {
        let known_names = transport.known_names();
        let mut workers = Vec::with_capacity(threads.max(1));
        for _ in 1..threads {
            let Ok((runtime, going)) = spawn() else { break };
            workers.push(Worker { runtime, transport: transport.beside(), _going: Some(going) });
        }
        workers.push(Worker { runtime: Handle::current(), transport, _going: None });
        Self { workers, next: 0, known_names }
    }

    /// The names that resolved lately for any of them.
    pub fn known_names(&self) -> Arc<KnownNames> {
        Arc::clone(&self.known_names)
    }

    /// Whose turn it is.
    pub fn next(&mut self) -> (&Handle, Transport) {
        self.next = (self.next + 1) % self.workers.len();
        let worker = &self.workers[self.next];
        (&worker.runtime, worker.transport.clone())
    }
}

/// A thread with a runtime.
fn spawn() -> Result<(Handle, oneshot::Sender<()>), NoRuntime> {
    let runtime = threads::runtime()?;
    let handle = runtime.handle().clone();
    let (going, gone) = oneshot::channel::<()>();
    let work = move || {
        // An error says that the pool was dropped.
        let _ = runtime.block_on(gone);
    };
    threads::spawn("sender-hand", work)?;
    Ok((handle, going))
}
