//! Runtimes, of one thread each.

use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::{NoThread, spawn};
use crate::files::NoDescriptors;

/// What every command opens at least: a runtime, the pipe of its signals, the database and the files beside
/// it. Some of these panic if they are refused.
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

/// Runs a future to its end on this thread. What it spawns, and sockets and timers, run on another one: they
/// go on while this thread blocks, such as on a terminal that takes no more bytes.
///
/// # Errors
/// The system lacks what that takes; then nothing was begun.
pub fn run<T>(work: impl Future<Output = T>) -> Result<T, NoRuntime> {
    if let Some(lacking) = NoDescriptors::within(LEAST_DESCRIPTORS) {
        return Err(NoRuntime::NoDescriptors(lacking));
    }
    let runtime = runtime()?;
    let handle = runtime.handle().clone();
    let (going, gone) = oneshot::channel::<()>();
    spawn("runtime", move || {
        // An error says that the work has ended. What it has spawned and left is dropped here.
        let _ = runtime.block_on(gone);
    })?;
    let done = handle.block_on(work);
    // What is left must not keep us.
    drop(going);
    Ok(done)
}

/// A runtime for the current thread, with timers and sockets. Its end waits for nothing: what may block is
/// none of its own, see [`blocking`](super::blocking).
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
    fn what_was_spawned_runs_while_this_thread_blocks() {
        let ran = run(async {
            let (tell, told) = mpsc::channel();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                tell.send(7)
            });
            // Blocks, as writing to a terminal may.
            told.recv().unwrap()
        });
        assert_eq!(ran.unwrap(), 7);
    }

    #[test]
    fn it_ends_while_blocking_work_hangs() {
        let (release, hangs) = mpsc::channel::<()>();
        let runtime = runtime().unwrap();
        let work = runtime.spawn(blocking(move || hangs.recv()));
        runtime.block_on(tokio::task::yield_now());
        drop(runtime);
        // Only now may the work end: a runtime that waits for it is never dropped.
        drop(release);
        drop(work);
    }
}
