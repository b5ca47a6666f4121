//! The streams of a command. All that it writes goes through here, and nothing in it drives a terminal:
//! `clippy.toml` forbids the streams elsewhere.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::text::{escape_json, escape_lines};

/// Writes text to standard output at once, with what would drive a terminal escaped, as [`escape_json`] does.
///
/// # Errors
/// Why it cannot be written.
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

/// Tells a person something on standard error, in place of a progress line. That nobody can read it is no
/// failure.
#[expect(clippy::disallowed_methods, reason = "the one place that writes to it")]
pub fn tell(text: &str) {
    // A thread of the store may report something while another draws.
    let clear = if set_progress(false) { "\r\x1b[K" } else { "" };
    let _ = writeln!(io::stderr(), "{clear}{}", escape_lines(text));
}
