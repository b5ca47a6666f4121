//! `ringback remote`: the profiles of an account of the platform's API.

mod connect;
mod diff;
mod pull;
mod push;
mod report;

use std::process::ExitCode;

use super::error::CommandError;
use super::session::Session;

#[derive(Debug, clap::Args)]
pub(super) struct RemoteArgs {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    account: connect::AccountArgs,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create and update local profiles from those of the account
    Pull(pull::PullArgs),
    /// Create and update profiles of the account from local ones
    Push(push::PushArgs),
    /// Show how local profiles differ from those of the account: exits with 0 if they do not, 1 if they do
    Diff(diff::DiffArgs),
}

pub(super) async fn run(session: &Session, args: RemoteArgs) -> Result<ExitCode, CommandError> {
    let RemoteArgs { action, account, json } = args;
    match action {
        Action::Pull(args) => pull::run(session, &account, &args, json).await,
        Action::Push(args) => push::run(session, &account, &args, json).await,
        Action::Diff(args) => diff::run(session, &account, &args, json).await,
    }
}
