//! Programs that read a text from their standard input.

use std::io;
use std::process::Stdio;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// How much of a program's error output is kept, in bytes.
const MAX_ERROR_BYTES: u64 = 1024;

/// Why a program did not take the text.
pub enum Refusal {
    /// It is not installed.
    Missing,
    /// It cannot be run, or failed: its error output.
    Failed(String),
}

/// Writes a text to a program's standard input and waits until the program has read it.
///
/// The program leaves a process behind that owns the clipboard. Its standard output is therefore not captured, and
/// its standard error is read only after a failure, since both stay open as long as that process lives. It gets its
/// own process group, so that keys pressed here and the end of this terminal do not reach it.
///
/// # Errors
/// See [`Refusal`].
pub async fn feed(name: &str, args: &[&str], text: &str) -> Result<(), Refusal> {
    let failed = |error: &dyn std::fmt::Display| Refusal::Failed(format!("{name}: {error}"));
    let spawned = Command::new(name)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Refusal::Missing),
        Err(error) => return Err(failed(&error)),
    };
    let input = child.stdin.take();
    let write = async {
        // A program that fails reads nothing; its output says why.
        if let Some(mut input) = input {
            let _ = input.write_all(text.as_bytes()).await;
        }
    };
    let (status, ()) = tokio::join!(child.wait(), write);
    let status = status.map_err(|error| failed(&error))?;
    if status.success() {
        return Ok(());
    }
    let mut error = Vec::new();
    if let Some(errors) = child.stderr.take() {
        let _ = errors.take(MAX_ERROR_BYTES).read_to_end(&mut error).await;
    }
    let error = String::from_utf8_lossy(&error);
    match error.trim() {
        "" => Err(failed(&status)),
        error => Err(failed(&crate::text::escape_controls(error))),
    }
}
