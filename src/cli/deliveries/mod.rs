//! `ringback deliveries`: the log, and what a person does with it, for scripts.

mod batches;
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
    /// Show one delivery with its request and every attempt
    Show {
        /// Delivery ID or unique ID prefix
        delivery: String,
    },
    /// Retry waiting deliveries now; resend failed and cancelled ones
    Retry(steer::SteerArgs),
    /// Cancel pending deliveries: they are not retried
    Cancel(steer::SteerArgs),
    /// Pause events of one profile, or of all; they stay queued, and tests are still sent
    Pause(pause::PauseArgs),
    /// Resume one profile, or all
    Resume(pause::PauseArgs),
    /// Remove ended deliveries: those beyond the retention settings, or older than a given age
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
