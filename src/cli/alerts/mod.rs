//! `ringback alerts`: when profiles turned failing and recovered, and a test of the settings.

mod list;
mod test;

use std::process::ExitCode;

use super::error::CommandError;
use super::session::Session;

#[derive(Debug, clap::Args)]
pub(super) struct AlertsArgs {
    #[command(subcommand)]
    action: Action,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List when profiles turned failing, were disabled for it, and recovered, newest first
    List(list::ListArgs),
    /// Give a sample alert to the command and the profile of the settings, at once
    Test,
}

pub(super) async fn run(session: &Session, args: AlertsArgs) -> Result<ExitCode, CommandError> {
    match args.action {
        Action::List(list) => list::run(session, &list, args.json).await.map(|()| ExitCode::SUCCESS),
        Action::Test => test::run(session, args.json).await,
    }
}
