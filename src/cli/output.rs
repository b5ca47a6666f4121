//! Standard output and standard error.

use std::io::{self, Write};

use serde_json::Value;

use super::error::CommandError;
use crate::shown::lines_shown;

/// Writes text to standard output at once.
///
/// # Errors
/// [`CommandError::Unread`] when its reader has gone; else why it cannot be written.
pub fn print(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => CommandError::Unread,
        _ => CommandError::Output(error),
    })
}

/// Writes one JSON document on a line of its own.
///
/// # Errors
/// As [`print`].
pub fn print_json(document: &Value) -> Result<(), CommandError> {
    print(&format!("{document}\n"))
}

/// Tells a person something on standard error. That nobody can read it is no failure.
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{}", lines_shown(text));
}
