//! Standard output.

use std::io;

use serde_json::Value;

use super::error::CommandError;
use super::streams::write;

pub use super::streams::tell;

/// Writes text to standard output at once.
///
/// # Errors
/// [`CommandError::Unread`] when its reader has gone; else why it cannot be written.
pub fn print(text: &str) -> Result<(), CommandError> {
    write(text).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => CommandError::Unread,
        _ => CommandError::Output(error),
    })
}

/// As [`print`], but a closed pipe is no failure: for commands that continue without a reader.
///
/// # Errors
/// Why it cannot be written.
pub fn print_if_read(text: &str) -> Result<(), CommandError> {
    match print(text) {
        Err(CommandError::Unread) => Ok(()),
        done => done,
    }
}

/// Writes one JSON document on a line of its own.
///
/// # Errors
/// As [`print`].
pub fn print_json(document: &Value) -> Result<(), CommandError> {
    print(&format!("{document}\n"))
}
