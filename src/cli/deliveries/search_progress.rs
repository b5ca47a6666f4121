//! How far a search of the log has come, and the signal that ends it.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};

use crate::cli::error::CommandError;
use crate::cli::interrupt::Interrupts;
use crate::cli::status_line::StatusLine;
use crate::text::rfc3339;

/// The progress of a search, on a terminal: elsewhere nobody reads it, and Ctrl+C has its usual effect.
#[derive(Debug)]
pub(super) struct SearchProgress {
    line: StatusLine,
    interrupts: Option<Interrupts>,
    reached: Option<Timestamp>,
}

impl SearchProgress {
    /// Begins, and watches for Ctrl+C on a terminal.
    ///
    /// # Errors
    /// The signal handlers cannot be installed.
    pub fn start() -> Result<Self, CommandError> {
        let line = StatusLine::new();
        let interrupts = line.is_on().then(Interrupts::watch).transpose()?;
        Ok(Self { line, interrupts, reached: None })
    }

    /// Waits for a part of the search.
    ///
    /// # Errors
    /// It was interrupted: how to continue.
    pub async fn until_interrupted<T>(&mut self, part: impl Future<Output = T>) -> Result<T, CommandError> {
        let Some(interrupts) = &mut self.interrupts else { return Ok(part.await) };
        tokio::select! {
            done = part => Ok(done),
            code = interrupts.next() => Err(CommandError::Interrupted { code, left: self.left() }),
        }
    }

    /// The search has come back to deliveries of this time.
    pub fn reached(&mut self, at: Option<Timestamp>) {
        self.reached = at.or(self.reached);
        if let Some(at) = self.reached {
            let at = at.strftime("%Y-%m-%d %H:%M:%S");
            self.line.draw(|_| format!("searched back to {at} · Ctrl+C stops"));
        }
    }

    /// Removes the line, to print what was found.
    pub fn clear(&mut self) {
        self.line.clear();
    }

    fn left(&self) -> String {
        match self.reached {
            Some(at) => {
                // Others may have been accepted in the same millisecond.
                let until = rfc3339(at.checked_add(SignedDuration::from_millis(1)).unwrap_or(at));
                format!("stopped: searched back to {}; --until {until} continues", rfc3339(at))
            }
            None => "stopped".to_owned(),
        }
    }
}
