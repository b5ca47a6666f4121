//! Programs that take a text on their standard input.

use std::io;
use std::process::Stdio;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// As much of what a program says of its failure as is kept, in bytes.
const SAID: u64 = 1024;

/// Why a program took nothing.
pub enum Refusal {
    /// It is not installed.
    Missing,
    /// It cannot be run, or failed: what it said.
    Failed(String),
}

/// Hands a text to a program and waits until it has taken it.
///
/// Clipboards live on in a process that such a program leaves behind: its standard output is not ours and its
/// standard error is read after a failure only, since both stay open as long as that process lives. It gets a
/// process group of its own, so that keys pressed here and the end of this terminal do not reach it.
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
        // A program that refuses reads nothing; its output says why.
        if let Some(mut input) = input {
            let _ = input.write_all(text.as_bytes()).await;
        }
    };
    let (status, ()) = tokio::join!(child.wait(), write);
    let status = status.map_err(|error| failed(&error))?;
    if status.success() {
        return Ok(());
    }
    let mut said = Vec::new();
    if let Some(errors) = child.stderr.take() {
        let _ = errors.take(SAID).read_to_end(&mut said).await;
    }
    let said = String::from_utf8_lossy(&said);
    match said.trim() {
        "" => Err(failed(&status)),
        said => Err(failed(&crate::text::escape_controls(said))),
    }
}
