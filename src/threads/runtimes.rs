//! Runtimes, of one thread each.

use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::{NoThread, spawn};
use crate::files::NoDescriptors;

/// What every command opens at least: a runtime, the pipe of its signals, the database and the files beside it. Some
/// of these panic if they are refused.
const LEAST_DESCRIPTORS: usize = 12;

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum NoRuntime {
    /// There is no thread for it.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// There are too few descriptors for it.
    #[error("{0}")]
    NoDescriptors(NoDescriptors),
    /// There is no memory for it.
    #[error("cannot wait for sockets and timers ({0}): close other programs")]
    System(io::Error),
}

impl From<io::Error> for NoRuntime {
    fn from(error: io::Error) -> Self {
        NoDescriptors::of(&error).map_or(Self::System(error), Self::NoDescriptors)
    }
}

/// Runs a future to its end on this thread. Tasks that it spawns, sockets and timers run on another one: they
/// continue while this thread blocks, for example on a terminal that accepts no more bytes.
///
/// # Errors
/// The system lacks the resources for it; then nothing was started.
pub fn run<T>(work: impl Future<Output = T>) -> Result<T, NoRuntime> {
    if let Some(lacking) = NoDescriptors::within(LEAST_DESCRIPTORS) {
        return Err(NoRuntime::NoDescriptors(lacking));
    }
    let runtime = runtime()?;
    let handle = runtime.handle().clone();
    let (going, gone) = oneshot::channel::<()>();
    spawn("runtime", move || {
        // An error means that the work has ended. Tasks that it left behind are dropped here.
        let _ = runtime.block_on(gone);
    })?;
    let done = handle.block_on(work);
    // Remaining tasks must not delay the end.
    drop(going);
    Ok(done)
}

/// A runtime for the current thread, with timers and sockets. Dropping it waits for nothing: blocking work is not its
/// own, see [`blocking`](super::blocking).
///
/// # Errors
/// The system has no descriptors or memory for it.
#[expect(clippy::disallowed_methods, reason = "the one place that makes runtimes")]
pub fn runtime() -> Result<Runtime, NoRuntime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::blocking;
    use super::*;

    #[test]
    fn spawned_tasks_run_while_this_thread_blocks() {
        let ran = run(async {
            let (tx, rx) = mpsc::channel();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                tx.send(7)
            });
            // Blocks, as writing to a terminal may.
            rx.recv().unwrap()
        });
        assert_eq!(ran.unwrap(), 7);
    }

    #[test]
    fn run_ends_while_blocking_work_hangs() {
        let (release, hangs) = mpsc::channel::<()>();
        let runtime = runtime().unwrap();
        let work = runtime.spawn(blocking(move || hangs.recv()));
        runtime.block_on(tokio::task::yield_now());
        drop(runtime);
        // Only now may the work end: a runtime that waits for it would never be dropped.
        drop(release);
        drop(work);
    }
}
