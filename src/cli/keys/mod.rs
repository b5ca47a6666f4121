//! `ringback keys`: keys of the HTTP API.

mod create;
mod document;
mod list;
mod revoke;

use std::process::ExitCode;

use super::error::CommandError;
use super::session::Session;

#[derive(Debug, clap::Args)]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    action: Action,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create a key and print it, this once; only a hash of it is stored
    Create(create::CreateArgs),
    /// List keys, oldest first, without their secrets
    List,
    /// Revoke a key: the API refuses it from then on
    Revoke {
        /// Name or ID of the key
        key: String,
    },
}

pub(super) async fn run(session: &Session, args: KeysArgs) -> Result<ExitCode, CommandError> {
    let json = args.json;
    match args.action {
        Action::Create(args) => create::run(session, args, json).await?,
        Action::List => list::run(session, json).await?,
        Action::Revoke { key } => revoke::run(session, &key, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}
