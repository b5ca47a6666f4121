//! `ringback db`: a database as a whole.

mod backup;
mod check;
mod copy;
mod state_counts;

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
    /// Check that a database is sound, and that everything in it fits together; read-only, also while a sender runs
    Check(check::CheckArgs),
    /// Copy a file to another one, whole and verified, while sessions use it
    Backup(backup::BackupArgs),
    /// Copy a database into an empty one, between files and PostgreSQL: settings, log and pending deliveries; then close
    /// the source
    Copy(copy::CopyArgs),
}

pub(super) async fn run(session: &Session, args: DbArgs) -> Result<ExitCode, CommandError> {
    match args.action {
        Action::Check(args) => check::run(session, &args).await,
        Action::Backup(args) => backup::run(session, &args).await,
        Action::Copy(args) => copy::run(session, &args).await.map(|()| ExitCode::SUCCESS),
    }
}
