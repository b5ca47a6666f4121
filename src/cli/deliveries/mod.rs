//! `ringback deliveries`: the log, and what a person does with it, for scripts.

mod chosen;
mod list;
mod pause;
mod prune;
mod row;
mod show;
mod steer;

use std::process::ExitCode;

use super::error::CommandError;
use super::session::Session;

#[derive(Debug, clap::Args)]
pub(super) struct DeliveriesArgs {
    #[command(subcommand)]
    action: Action,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List deliveries, newest first
    List(list::ListArgs),
    /// Show one with its request and every attempt
    Show {
        /// An id, or the unique start of one
        delivery: String,
    },
    /// Try now what waits, and send again what has failed or was cancelled: one, or all that fit
    Retry(steer::SteerArgs),
    /// Make no further try: of one, or of all that fit
    Cancel(steer::SteerArgs),
    /// Send no events for now, of one profile or of all; they stay queued, and tests still go
    Pause(pause::PauseArgs),
    /// Send again what was paused: one profile, or all
    Resume(pause::PauseArgs),
    /// Remove what has ended: as the settings say, or what ended long ago
    Prune(prune::PruneArgs),
}

pub(super) async fn run(session: &Session, args: DeliveriesArgs) -> Result<ExitCode, CommandError> {
    let json = args.json;
    match args.action {
        Action::List(args) => list::run(session, &args, json).await?,
        Action::Show { delivery } => show::run(session, &delivery, json).await?,
        Action::Retry(args) => steer::run(session, &args, steer::Verb::Retry, json).await?,
        Action::Cancel(args) => steer::run(session, &args, steer::Verb::Cancel, json).await?,
        Action::Pause(args) => pause::run(session, &args, true, json).await?,
        Action::Resume(args) => pause::run(session, &args, false, json).await?,
        Action::Prune(args) => prune::run(session, &args, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}
