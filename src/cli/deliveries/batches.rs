//! Work on many deliveries, a batch at a time.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::output::tell;
use crate::text::group_digits;

/// How often a person sees the progress.
const PROGRESS: Duration = Duration::from_secs(2);

/// The pauses between batches: a signal ends the work there, and the progress is reported.
pub(super) struct Batches {
    interrupts: Interrupts,
    of: u64,
    reported: Instant,
}

impl Batches {
    /// Before the first of a number of deliveries.
    ///
    /// # Errors
    /// The system does not let us watch for signals.
    pub(super) fn of(count: u64) -> Result<Self, CommandError> {
        Ok(Self { interrupts: Interrupts::watch()?, of: count, reported: Instant::now() })
    }

    /// Before the next batch, with so many deliveries done.
    ///
    /// # Errors
    /// A signal has arrived.
    pub(super) fn next(&mut self, done: u64) -> Result<(), CommandError> {
        if let Some(code) = self.interrupts.next().now_or_never() {
            return Err(CommandError::Interrupted { code, left: String::new() });
        }
        if self.reported.elapsed() >= PROGRESS {
            self.reported = Instant::now();
            tell(&format!("{} of {} …", group_digits(done), group_digits(self.of)));
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
