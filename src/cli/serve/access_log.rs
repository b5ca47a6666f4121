//! The access log of `serve`: to a file, or to standard error.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::api::AccessLog;
use crate::cli::error::CommandError;
use crate::cli::output::eprint_line;

/// Starts a log. A file is created if necessary, and appended to.
///
/// # Errors
/// The file cannot be opened, or no thread can be started.
pub fn start(to: &Path) -> Result<AccessLog, CommandError> {
    let name = to.display().to_string();
    let failed = move |error| eprint_line(&format!("ringback: the access log ends: {name}: {error}"));
    if to == Path::new("-") {
        let write = |text: &str| {
            text.lines().for_each(eprint_line);
            Ok(())
        };
        return Ok(AccessLog::start(Box::new(write), failed)?);
    }
    let file = OpenOptions::new().create(true).append(true).open(to);
    let mut file =
        file.map_err(|error| CommandError::System(format!("access log {}", to.display()), error))?;
    Ok(AccessLog::start(Box::new(move |text: &str| file.write_all(text.as_bytes())), failed)?)
}
