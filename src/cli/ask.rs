//! Yes-or-no questions before irreversible actions.

use std::io::{self, BufRead as _, Read as _, Write as _};

use super::error::CommandError;
use super::terminal;
use crate::text::escape_controls;

/// The longest reply that is read, in bytes.
const MAX_REPLY_BYTES: u64 = 1024;

/// Asks, if there is a terminal to ask on. `without` says what was not done for lack of a terminal, `declined` that
/// nothing was done.
///
/// # Errors
/// There is no terminal, or the reply is no.
#[expect(clippy::disallowed_methods, reason = "writes a question without a line feed, shown")]
pub fn ask(question: &str, without: &str, declined: &str) -> Result<(), CommandError> {
    if !terminal::is_there() {
        let message = format!("{without}: no terminal to ask on; add --yes");
        return Err(CommandError::Input(message));
    }
    let mut answer = String::new();
    let mut err = io::stderr().lock();
    let asked = write!(err, "{} [y/N] ", escape_controls(question)).and_then(|()| err.flush());
    asked
        .and_then(|()| io::stdin().lock().take(MAX_REPLY_BYTES).read_line(&mut answer))
        .map_err(|error| CommandError::System("cannot read from the terminal".to_owned(), error))?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(CommandError::Declined(declined.to_owned())),
    }
}
