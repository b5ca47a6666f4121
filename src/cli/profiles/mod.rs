//! `ringback profiles`: what the console's list and editor do, for scripts.

mod apply;
mod delete;
mod export;
mod list;
mod restore;
mod show;
mod source;
mod switch;

use std::process::ExitCode;

use super::error::CommandError;
use super::session::Session;
use crate::profile::Status;

pub(super) use list::listed;

#[derive(Debug, clap::Args)]
pub(super) struct ProfilesArgs {
    #[command(subcommand)]
    action: Action,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the profiles, oldest first
    List(list::ListArgs),
    /// Show one profile, without its secrets
    Show {
        /// An id, an id's unique start, or a title
        profile: String,
    },
    /// Make profiles or, by `profile_id`, change them: all or none; prints their ids
    Apply {
        /// JSON of one profile or an array of them; - reads standard input
        file: std::path::PathBuf,
    },
    /// Let a profile take events again, whoever disabled it; what is queued goes on
    Enable {
        /// An id, an id's unique start, or a title
        profile: String,
    },
    /// Let a profile take no events; what is queued of it is held
    Disable {
        /// An id, an id's unique start, or a title
        profile: String,
    },
    /// Delete one profile; `restore` undoes it for seven days
    Delete(delete::DeleteArgs),
    /// Restore a deleted profile; its held deliveries are sent
    Restore {
        /// An id, an id's unique start, or a title
        profile: String,
    },
    /// Write profiles as JSON that `apply` reads
    Export(export::ExportArgs),
}

pub(super) async fn run(session: &Session, args: ProfilesArgs) -> Result<ExitCode, CommandError> {
    let json = args.json;
    match args.action {
        Action::List(args) => list::run(session, &args, json).await?,
        Action::Show { profile } => show::run(session, &profile, json).await?,
        Action::Apply { file } => apply::run(session, &file, json).await?,
        Action::Enable { profile } => switch::run(session, &profile, Status::Active, json).await?,
        Action::Disable { profile } => switch::run(session, &profile, Status::Disabled, json).await?,
        Action::Delete(args) => delete::run(session, &args, json).await?,
        Action::Restore { profile } => restore::run(session, &profile, json).await?,
        Action::Export(args) => export::run(session, &args).await?,
    }
    Ok(ExitCode::SUCCESS)
}
