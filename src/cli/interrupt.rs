//! Ctrl+C, and being asked to end.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::error::CommandError;

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
