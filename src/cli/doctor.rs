//! `ringback doctor`: checks files, sender, terminal, clipboard and certificates, and suggests fixes. Changes
//! nothing.

mod alert_profile;
mod apis;
mod database;
mod environment;
mod finding;
#[cfg(feature = "postgres")]
mod server;
mod settings;

use std::process::ExitCode;

use serde_json::json;

use super::database_name::Database;
use super::error::{CommandError, FAILED};
use super::output::{print, print_json};
use super::session::Session;
use crate::storage::named_profiles;
use crate::threads;
use finding::{Finding, State};

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
    /// Create or update the schema of a database on a server
    #[arg(long)]
    migrate: bool,
}

/// What was found of the database.
struct Checked {
    found: Vec<Finding>,
    /// Why its name cannot be used: wrong usage, whose exit code is kept, after the report of everything else.
    error: Option<CommandError>,
}

/// Checks the database, after it was migrated where that is asked for.
async fn database(session: &Session, migrate: bool) -> Result<Checked, CommandError> {
    let file = match session.database() {
        #[cfg(feature = "postgres")]
        Ok(Database::Server(address)) => {
            let store = session.on_server(*address);
            let mut found = Vec::new();
            if migrate {
                found.push(server::migrate(&store).await);
            }
            found.extend(server::check(&store).await);
            return Ok(Checked { found, error: None });
        }
        Ok(Database::File(file)) => Ok(file),
        Err(error) if session.is_named() => {
            let text = error.to_string();
            // Each error ends with its fix, after the last colon.
            let (what, fix) = text.rsplit_once(": ").unwrap_or((&text, "name another one with --db"));
            let found = vec![Finding::problem("database", what, fix)];
            return Ok(Checked { found, error: Some(error) });
        }
        // There is no home folder for it.
        Err(error) => Err(error),
    };
    let named = session.is_named();
    if migrate {
        let why =
            "--migrate is for a database on a server: a file is migrated by the next session".to_owned();
        return Err(CommandError::Input(why));
    }
    // The whole file is read.
    let found = threads::blocking(move || database::check(file, named)).await?;
    Ok(Checked { found, error: None })
}

/// Judges the profile that alerts are handed over to, if one is set and the database can be read: whatever keeps it from
/// being read is reported already.
async fn alert_profile(session: &Session) -> Option<Finding> {
    let name = session.loaded().settings.alert_profile.clone()?;
    let found = match session.database().ok()? {
        #[cfg(feature = "postgres")]
        Database::Server(address) => {
            server::named_profiles(&session.on_server(*address), &name).await.ok()?
        }
        Database::File(file) => {
            let looked_up = name.clone();
            threads::blocking(move || named_profiles(&file, &looked_up)).await.ok()?.ok()??
        }
    };
    Some(alert_profile::judge(&name, &found))
}

pub(super) async fn run(session: &Session, args: &DoctorArgs) -> Result<ExitCode, CommandError> {
    let mut found = settings::check(session);
    let database = database(session, args.migrate).await?;
    found.extend(database.found);
    found.extend(alert_profile(session).await);
    // The system's certificates are read.
    found.extend(threads::blocking(environment::check).await?);
    let ill = found.iter().any(|finding| finding.state == State::Problem);
    if args.json {
        let findings: Vec<_> = found.iter().map(Finding::json).collect();
        print_json(&json!({"version": env!("CARGO_PKG_VERSION"), "ok": !ill, "findings": findings}))?;
    } else {
        print(&finding::text(&found))?;
    }
    Ok(match database.error {
        Some(error) => error.code().into(),
        None if ill => FAILED.into(),
        None => ExitCode::SUCCESS,
    })
}
