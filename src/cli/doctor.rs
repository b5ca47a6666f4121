//! `ringback doctor`: what is found of files, sender, terminal, clipboard and certificates, and what to
//! fix. Changes nothing.

mod database;
mod finding;
mod settings;
mod surroundings;

use std::process::ExitCode;

use serde_json::json;

use super::error::{CommandError, FAILED};
use super::output::{print, print_json};
use super::session::Session;
use crate::threads;
use finding::{Finding, State};

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &DoctorArgs) -> Result<ExitCode, CommandError> {
    let mut found = settings::look(session);
    let (database, named) = (session.database(), session.is_named());
    // The whole file is read, and the system's certificates.
    let rest = threads::blocking(move || {
        let mut rest = database::look(database, named);
        rest.extend(surroundings::look());
        rest
    });
    found.extend(rest.await?);
    let ill = found.iter().any(|finding| finding.state == State::Problem);
    if args.json {
        let findings: Vec<_> = found.iter().map(Finding::json).collect();
        print_json(&json!({"version": env!("CARGO_PKG_VERSION"), "ok": !ill, "findings": findings}))?;
    } else {
        print(&finding::text(&found))?;
    }
    Ok(if ill { FAILED.into() } else { ExitCode::SUCCESS })
}
