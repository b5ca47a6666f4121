//! The standard streams. All output of commands is written here, sanitized for terminals: `clippy.toml` forbids the
//! streams elsewhere.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::text::{escape_json, escape_lines};

/// Writes text to standard output at once, with control characters escaped as in [`escape_json`].
///
/// # Errors
/// The output error.
#[expect(clippy::disallowed_methods, reason = "the one place that writes to it")]
pub fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(escape_json(text).as_bytes())?;
    out.flush()
}

/// Whether the terminal shows a progress line.
static PROGRESS: AtomicBool = AtomicBool::new(false);

/// Notes whether the terminal shows a progress line, and returns whether it did before.
pub fn set_progress(is_shown: bool) -> bool {
    PROGRESS.swap(is_shown, Ordering::Relaxed)
}

/// Prints a message on standard error, replacing a progress line. Errors are ignored: then nobody can read it.
#[expect(clippy::disallowed_methods, reason = "the one place that writes to it")]
pub fn eprint_line(text: &str) {
    // A thread of the store may report something while another one draws.
    let clear = if set_progress(false) { "\r\x1b[K" } else { "" };
    let _ = writeln!(io::stderr(), "{clear}{}", escape_lines(text));
}
