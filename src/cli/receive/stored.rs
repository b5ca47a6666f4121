//! The requests that are kept, by their file and their IDs.

use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::database_name::Database;
use crate::cli::error::CommandError;
use crate::cli::session::Session;
use crate::receiver::{KeptRequests, Received};
use crate::settings;
use crate::text::escape_controls;
use crate::threads;

/// The file with the requests of this database.
///
/// # Errors
/// There is no home folder and no database was named, or the name cannot be used.
pub(in crate::cli) fn file(session: &Session) -> Result<PathBuf, CommandError> {
    Ok(match session.database()? {
        Database::File(database) => settings::received_beside(&database),
        #[cfg(feature = "postgres")]
        Database::Server(address) => settings::received_of(address.name()).ok_or_else(|| {
            CommandError::Input("there is no home folder for received requests: set HOME".to_owned())
        })?,
    })
}

/// All that are kept, oldest first.
///
/// # Errors
/// They cannot be read.
pub(super) async fn all(session: &Session) -> Result<Vec<Arc<Received>>, CommandError> {
    let kept = KeptRequests::at(file(session)?);
    let path = escape_controls(&kept.path().to_string_lossy());
    let read = threads::blocking(move || kept.read()).await?;
    read.map_err(|error| CommandError::Input(format!("{path}: {error}")))
}

/// The request that a text names.
///
/// # Errors
/// None, or several.
pub(super) fn named(all: &[Arc<Received>], text: &str) -> Result<Arc<Received>, CommandError> {
    let shown = escape_controls(text);
    let none = |why: String| {
        CommandError::Input(format!("{why}: `ringback receive list` lists the requests that are kept"))
    };
    if text == "last" {
        return all.last().cloned().ok_or_else(|| none("no request is kept".to_owned()));
    }
    let mut found: Vec<_> = all.iter().filter(|request| request.id.starts_with(text)).collect();
    match (found.pop(), found.len()) {
        (Some(one), 0) if !text.is_empty() => Ok(Arc::clone(one)),
        (Some(_), others) => Err(none(format!("'{shown}' matches {} requests", others + 1))),
        (None, _) => Err(none(format!("no request '{shown}'"))),
    }
}
