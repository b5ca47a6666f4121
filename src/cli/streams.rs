//! The streams of a command. All that it writes goes through here, and nothing in it drives a terminal:
//! `clippy.toml` forbids the streams elsewhere.

use std::io::{self, Write};

use crate::text::{escape_json, escape_lines};

/// Writes text to standard output at once, what would drive a terminal as [`printable`] has it.
///
/// # Errors
/// Why it cannot be written.
#[expect(clippy::disallowed_methods, reason = "the one place that writes to it")]
pub fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(escape_json(text).as_bytes())?;
    out.flush()
}

/// Tells a person something on standard error. That nobody can read it is no failure.
#[expect(clippy::disallowed_methods, reason = "the one place that writes to it")]
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{}", escape_lines(text));
}
