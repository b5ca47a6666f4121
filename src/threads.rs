//! Threads, which the system may refuse: there is a limit for each user, for each container, and memory
//! may be short. A refusal is an error to report, and never a panic.
//!
//! `clippy.toml` forbids the ways of `std` and `tokio` that panic then. tokio's multi-threaded runtime is
//! among them: it panics when it gets no worker thread, and where it gets only some, work that may block
//! waits for ever behind a worker that cannot start. So runtimes here have one thread each ([`run`],
//! [`runtime`]), and what may block goes to a pool of our own ([`blocking`]), which needs a single thread
//! to get everything done.

mod pool;
mod runtimes;

use std::io;
use std::thread::{Builder, JoinHandle};

use rustix::io::Errno;

pub use pool::{BlockingError, blocking};
pub use runtimes::{NoRuntime, run, runtime};

/// The system gives no thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot start a thread ({0}): close other programs, or raise the limit on processes (`ulimit -u`)")]
pub struct NoThread(Errno);

impl NoThread {
    /// The system's own reason.
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

/// Starts a thread of this name.
///
/// # Errors
/// The system gives none.
#[expect(clippy::disallowed_methods, reason = "the one place that starts threads")]
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, NoThread> {
    Builder::new().name(name.to_owned()).spawn(work).map_err(|error| NoThread::from(&error))
}

/// Whether the system gives a thread just now: to ask before a library starts one that panics without.
///
/// # Errors
/// It gives none.
pub fn probe() -> Result<(), NoThread> {
    // An error of `join` is a panic, and nothing is done there that could.
    spawn("probe", || ()).map(|thread| drop(thread.join()))
}
