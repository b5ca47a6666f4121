//! Standard output.

use std::io;

use serde_json::Value;

use super::error::CommandError;
use super::streams::write;

pub use super::streams::eprint_line;

/// Writes text to standard output at once.
///
/// # Errors
/// [`CommandError::Unread`] if the reader has closed it; otherwise the output error.
pub fn print(text: &str) -> Result<(), CommandError> {
    write(text).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => CommandError::Unread,
        _ => CommandError::Output(error),
    })
}

/// As [`print`], but a closed pipe is not a failure: for commands that continue without a reader.
///
/// # Errors
/// The output error.
pub fn print_if_read(text: &str) -> Result<(), CommandError> {
    match print(text) {
        Err(CommandError::Unread) => Ok(()),
        done => done,
    }
}

/// Writes one JSON document on its own line.
///
/// # Errors
/// As [`print`].
pub fn print_json(document: &Value) -> Result<(), CommandError> {
    print(&format!("{document}\n"))
}
