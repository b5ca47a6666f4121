//! Whether the console can run.

use std::io::{IsTerminal as _, stdin, stdout};

/// Whether the console can run here: input and output are a terminal with cursor control.
#[must_use]
pub fn is_there() -> bool {
    why_not().is_none()
}

/// The requirement that is missing, as the end of a sentence; `None` if none is.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "writes nothing")]
pub fn why_not() -> Option<&'static str> {
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Some("there is none here");
    }
    match std::env::var_os("TERM") {
        Some(name) if name == "dumb" => Some("this one can only print (TERM=dumb)"),
        Some(name) if !name.is_empty() => None,
        _ => Some("nothing says which one this is (TERM is not set)"),
    }
}
