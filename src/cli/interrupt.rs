//! The signals that end a command: Ctrl+C, SIGTERM, and SIGHUP, when its terminal is closed.

use std::io;
use std::marker::PhantomData;
use std::path::Path;

use nix::sys::signal::{self as mask, SigSet, SigmaskHow};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::error::CommandError;
use crate::files;

/// Bytes of the status of a process at most; it has about two thousand.
const LONGEST_STATUS: u64 = 64 * 1024;

/// Keeps SIGINT, SIGTERM and SIGHUP pending until it is dropped: a command that handles them has not installed its
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
        let held = SigSet::from_iter([mask::SIGINT, mask::SIGTERM, mask::SIGHUP]);
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

/// Watches for the signals that end a command. From the first watch on they no longer end it by default.
#[derive(Debug)]
pub struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    /// None where SIGHUP is ignored, as under `nohup`: it stays ignored.
    hang_up: Option<Signal>,
}

impl Interrupts {
    /// Starts watching.
    ///
    /// # Errors
    /// The system refuses.
    pub fn watch() -> Result<Self, CommandError> {
        let failed = |error: io::Error| CommandError::System("cannot handle Ctrl+C".to_owned(), error);
        let watch = |kind| signal(kind).map_err(failed);
        Ok(Self {
            interrupt: watch(SignalKind::interrupt())?,
            terminate: watch(SignalKind::terminate())?,
            hang_up: if ignores_hang_up() { None } else { Some(watch(SignalKind::hangup())?) },
        })
    }

    /// Waits for one. Returns the exit code for it: 128 and the signal's number.
    pub async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
            () = hung_up(&mut self.hang_up) => 129,
        }
    }
}

async fn hung_up(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether this process was started with SIGHUP ignored. Where the system does not report that, as if it was:
/// the signal keeps its effect.
fn ignores_hang_up() -> bool {
    let status = files::read_text(Path::new("/proc/self/status"), LONGEST_STATUS).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The lowest bit is that of signal 1, SIGHUP.
    ignored.is_none_or(|mask| mask & 1 == 1)
}
