//! `ringback config`: the settings file, what is wrong with it, and what applies.

mod check;
mod path;
mod show;

use std::process::ExitCode;

use super::error::CommandError;
use super::session::Session;

#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    action: Action,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print the path of the settings file; why it is this one, on standard error
    Path,
    /// Check the settings file: each unknown or invalid setting with its line and fix
    Check,
    /// Show the settings that apply, each with where it comes from
    Show(show::ShowArgs),
}

pub(super) fn run(session: &Session, args: &ConfigArgs) -> Result<ExitCode, CommandError> {
    match &args.action {
        Action::Path => path::run(session, args.json),
        Action::Check => check::run(session, args.json),
        Action::Show(show) => show::run(session, show, args.json),
    }
}
