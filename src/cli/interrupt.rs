//! Ctrl+C, and being asked to end.

use std::io;
use std::marker::PhantomData;

use nix::sys::signal::{self as mask, SigSet, SigmaskHow};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::error::CommandError;

/// Keeps SIGINT and SIGTERM pending until it is dropped: a command that handles them has not installed its
/// handlers when the process starts, and until then they would end it with an exit code that is not its own.
///
/// Threads that are started meanwhile never get these signals; other threads do.
#[derive(Debug)]
pub struct HeldSignals {
    before: Option<SigSet>,
    /// A mask belongs to the thread that sets it.
    _of_this_thread: PhantomData<*const ()>,
}

impl HeldSignals {
    /// Holds them back. Call it before anything that takes time.
    #[must_use]
    pub fn hold() -> Self {
        let held = SigSet::from_iter([mask::SIGINT, mask::SIGTERM]);
        // Refused, the signals end the process as they do by default.
        let before = held.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok();
        Self { before, _of_this_thread: PhantomData }
    }
}

impl Drop for HeldSignals {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // It was a valid mask before.
            let _ = before.thread_set_mask();
        }
    }
}

/// Watches for the signals that end a command. From the first watch on they no longer end it by
/// themselves.
#[derive(Debug)]
pub struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    /// Starts watching.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn watch() -> Result<Self, CommandError> {
        let failed = |error: io::Error| CommandError::System("cannot handle Ctrl+C".to_owned(), error);
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    /// Waits for one. Gives the exit code that tells of it: 128 and the signal's number.
    pub async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}
