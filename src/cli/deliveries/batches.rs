//! Runs a change of many deliveries batch by batch.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::eprint_line;
use crate::text::group_digits;

/// The interval of progress reports.
const PROGRESS: Duration = Duration::from_secs(2);

/// The pauses between batches: there a signal ends the work, and progress is reported.
pub(super) struct Batches {
    interrupts: Interrupts,
    of: u64,
    reported: Instant,
}

impl Batches {
    /// Before the first of a number of deliveries.
    ///
    /// # Errors
    /// The signal handlers cannot be installed.
    pub(super) fn of(count: u64) -> Result<Self, CommandError> {
        Ok(Self { interrupts: Interrupts::watch()?, of: count, reported: Instant::now() })
    }

    /// Before the next batch, with this many deliveries done.
    ///
    /// # Errors
    /// A signal has arrived.
    pub(super) fn next(&mut self, done: u64) -> Result<(), CommandError> {
        if let Some(code) = self.interrupts.next().now_or_never() {
            return Err(CommandError::Interrupted { code, left: String::new() });
        }
        if self.reported.elapsed() >= PROGRESS {
            self.reported = Instant::now();
            eprint_line(&format!("{} of {} …", group_digits(done), group_digits(self.of)));
        }
        Ok(())
    }
}

/// Such as `2 deliveries match (dry run)`.
pub(super) fn matched(count: u64, dry_run: bool) -> String {
    let matches = if count == 1 { "delivery matches" } else { "deliveries match" };
    let nothing = if dry_run { " (dry run)" } else { "" };
    format!("{} {matches}{nothing}\n", group_digits(count))
}
