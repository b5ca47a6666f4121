//! `ringback deliveries`: lists and changes deliveries.

mod batches;
mod bulk;
mod bulk_wait;
mod csv;
mod filter_args;
mod follow;
mod list;
mod pause;
mod prune;
mod retry_cancel;
mod row;
mod search_progress;
mod show;

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
    /// List deliveries, newest first; or follow them
    List(list::ListArgs),
    /// Show one delivery with its request and every attempt
    Show {
        /// Delivery ID or unique ID prefix
        delivery: String,
    },
    /// Retry waiting deliveries now; resend failed and cancelled ones
    Retry(retry_cancel::ResendArgs),
    /// Resend ended deliveries: each as a new delivery with the same request
    Resend(retry_cancel::ResendArgs),
    /// Cancel pending deliveries: they are not retried
    Cancel(retry_cancel::SteerArgs),
    /// List bulk retries and resends with their results; or wait for one
    Bulk(bulk::BulkArgs),
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
        Action::Retry(args) => {
            return retry_cancel::resend(session, &args, retry_cancel::Verb::Retry, json).await;
        }
        Action::Resend(args) => {
            return retry_cancel::resend(session, &args, retry_cancel::Verb::Resend, json).await;
        }
        Action::Cancel(args) => {
            retry_cancel::run(session, &args, retry_cancel::Verb::Cancel, (json, false)).await?;
        }
        Action::Bulk(args) => return bulk::run(session, &args, json).await,
        Action::Pause(args) => pause::run(session, &args, true, json).await?,
        Action::Resume(args) => pause::run(session, &args, false, json).await?,
        Action::Prune(args) => prune::run(session, &args, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}
