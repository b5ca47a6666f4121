//! Whether there is a terminal to draw on.

use std::io::{IsTerminal as _, stdin, stdout};

/// Whether the console can run here: keys come from a terminal, pictures go to one, and it can do
/// more than print.
#[must_use]
pub fn is_there() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
    stdin().is_terminal() && stdout().is_terminal() && !dumb
}
