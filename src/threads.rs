//! Threads, which the system may refuse: there are limits for each user and each container, and memory may be short.
//! A refusal is an error to report, never a panic.
//!
//! `clippy.toml` forbids the functions of `std` and `tokio` that panic then. tokio's multi-threaded runtime is one of
//! them: it panics if it gets no worker thread, and if it gets only some, blocking work may wait for ever behind a
//! worker that cannot start. So runtimes here have one thread each ([`run`], [`runtime`]), and blocking work goes to
//! our own pool ([`blocking`]), which can do all of it with a single thread.

mod pool;
mod runtimes;

use std::io;
use std::thread::{Builder, JoinHandle};

use rustix::io::Errno;

pub use pool::{BlockingError, blocking};
pub use runtimes::{NoRuntime, run, runtime};

/// The system cannot start a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot start a thread ({0}): close other programs, or raise the limit on processes (`ulimit -u`)")]
pub struct NoThread(Errno);

impl NoThread {
    /// The system's error.
    #[must_use]
    pub fn errno(self) -> Errno {
        self.0
    }
}

impl From<&io::Error> for NoThread {
    fn from(error: &io::Error) -> Self {
        Self(Errno::from_io_error(error).unwrap_or(Errno::AGAIN))
    }
}

/// Starts a thread with this name.
///
/// # Errors
/// The system cannot start one.
#[expect(clippy::disallowed_methods, reason = "the one place that starts threads")]
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, NoThread> {
    Builder::new().name(name.to_owned()).spawn(work).map_err(|error| NoThread::from(&error))
}

/// Whether the system can start a thread now: to check before a library starts one and would panic.
///
/// # Errors
/// It cannot.
pub fn probe() -> Result<(), NoThread> {
    // `join` fails only after a panic, and this thread cannot panic.
    spawn("probe", || ()).map(|thread| drop(thread.join()))
}
