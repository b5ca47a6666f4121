//! The signals that end a command: Ctrl+C, SIGTERM, and SIGHUP, when its terminal is closed.

use std::io;
use std::marker::PhantomData;
use std::path::Path;

use nix::sys::signal::{self as mask, SigSet, SigmaskHow};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::error::CommandError;
use crate::files;

/// The longest process status that is read, in bytes; usually it has about two thousand.
const LONGEST_STATUS: u64 = 64 * 1024;

/// Blocks SIGINT, SIGTERM and SIGHUP until it is dropped: commands that handle them install their handlers some time
/// after the process has started, and until then a signal would end the process with another exit code.
///
/// Threads started meanwhile never receive these signals; other threads do.
#[derive(Debug)]
pub struct BlockedSignals {
    before: Option<SigSet>,
    /// A signal mask belongs to the thread that sets it.
    _of_this_thread: PhantomData<*const ()>,
}

impl BlockedSignals {
    /// Blocks the signals.
    #[must_use]
    pub fn block() -> Self {
        let blocked = SigSet::from_iter([mask::SIGINT, mask::SIGTERM, mask::SIGHUP]);
        // If this fails, the signals end the process as they do by default.
        let before = blocked.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok();
        Self { before, _of_this_thread: PhantomData }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // It was a valid mask before.
            let _ = before.thread_set_mask();
        }
    }
}

/// Watches for the signals that end a command. From the first instance on they no longer end the process by default.
#[derive(Debug)]
pub struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    /// None if SIGHUP is ignored, as under `nohup`: it stays ignored.
    hang_up: Option<Signal>,
}

impl Interrupts {
    /// Installs the handlers.
    ///
    /// # Errors
    /// The signal handlers cannot be installed.
    pub fn watch() -> Result<Self, CommandError> {
        let failed = |error: io::Error| CommandError::System("cannot handle Ctrl+C".to_owned(), error);
        let watch = |kind| signal(kind).map_err(failed);
        Ok(Self {
            interrupt: watch(SignalKind::interrupt())?,
            terminate: watch(SignalKind::terminate())?,
            hang_up: if ignores_hang_up() { None } else { Some(watch(SignalKind::hangup())?) },
        })
    }

    /// Waits for a signal. Returns its exit code: 128 plus the signal's number.
    pub async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => SIGINT_CODE,
            _ = self.terminate.recv() => 143,
            () = hung_up(&mut self.hang_up) => 129,
        }
    }
}

/// The exit code of a command that Ctrl+C has ended.
pub const SIGINT_CODE: u8 = 130;

/// What a person or a supervisor does to send the signal of this exit code once more.
pub fn again(code: u8) -> &'static str {
    match code {
        143 => "SIGTERM again",
        129 => "SIGHUP again",
        _ => "Ctrl+C again",
    }
}

async fn hung_up(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether this process was started with SIGHUP ignored. If the system does not report that, it is assumed to be: the
/// signal keeps its effect.
fn ignores_hang_up() -> bool {
    let status = files::read_text(Path::new("/proc/self/status"), LONGEST_STATUS).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The lowest bit is signal 1, SIGHUP.
    ignored.is_none_or(|mask| mask & 1 == 1)
}
