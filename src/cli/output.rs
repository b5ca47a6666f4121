//! Standard output.

use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use serde_json::Value;
use tokio::sync::oneshot;

use super::error::CommandError;
use super::streams::write;
use crate::threads;

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

/// Waits until nobody can read standard output any more: the reader of a pipe has closed it, or the terminal is gone. Of a
/// file, for ever.
pub async fn reader_leaves() {
    let (tx, left) = oneshot::channel();
    // Nothing ends it: it ends with the process.
    let watching = threads::spawn("reader", move || {
        let out = rustix::stdio::stdout();
        // Errors and the end of the reader are reported without being asked for.
        while poll(&mut [PollFd::new(&out, PollFlags::empty())], None) == Err(Errno::INTR) {}
        // The command may have ended.
        let _ = tx.send(());
    });
    if watching.is_err() || left.await.is_err() {
        std::future::pending::<()>().await;
    }
}
