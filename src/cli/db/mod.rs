//! `ringback db`: a database as a whole.

mod copy;

use std::process::ExitCode;

use super::error::CommandError;
use super::session::Session;

#[derive(Debug, clap::Args)]
pub(super) struct DbArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Copy a file into an empty PostgreSQL database: settings, log and pending deliveries; then close the file
    Copy(copy::CopyArgs),
}

pub(super) async fn run(session: &Session, args: DbArgs) -> Result<ExitCode, CommandError> {
    match args.action {
        Action::Copy(args) => copy::run(session, &args).await?,
    }
    Ok(ExitCode::SUCCESS)
}
