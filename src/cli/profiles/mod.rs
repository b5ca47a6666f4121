//! `ringback profiles`: the console's list and editor, for scripts.

mod apply;
mod delete;
mod export;
mod import_curl;
mod input;
mod list;
#[cfg(test)]
mod lossless;
mod restore;
mod schema;
mod show;
mod switch;
mod template;

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
    /// List profiles, oldest first
    List(list::ListArgs),
    /// Show one profile; secrets are hidden
    Show {
        /// Profile ID, unique ID prefix, or title
        profile: String,
    },
    /// Create profiles, or update those with a `profile_id`; all or nothing; prints their IDs
    Apply(apply::ApplyArgs),
    /// Create a profile from a curl command, as browsers, Postman and `preview --curl` write it
    ImportCurl(import_curl::ImportCurlArgs),
    /// Print the JSON Schema (2020-12) of what `apply` reads
    Schema,
    /// Print a new profile to start from, which `apply` reads
    Template(template::TemplateArgs),
    /// Enable a profile that was disabled or auto-disabled; its queued events are sent
    Enable {
        /// Profile ID, unique ID prefix, or title
        profile: String,
    },
    /// Disable a profile; its queued events are blocked
    Disable {
        /// Profile ID, unique ID prefix, or title
        profile: String,
    },
    /// Delete one profile; `profiles restore` undoes it for seven days
    Delete(delete::DeleteArgs),
    /// Restore a deleted profile; its blocked deliveries are sent
    Restore {
        /// Profile ID, unique ID prefix, or title
        profile: String,
    },
    /// Write profiles as JSON or YAML that `apply` reads, to standard output or to a folder
    Export(export::ExportArgs),
}

pub(super) async fn run(session: &Session, args: ProfilesArgs) -> Result<ExitCode, CommandError> {
    let json = args.json;
    match args.action {
        Action::List(args) => list::run(session, &args, json).await?,
        Action::Show { profile } => show::run(session, &profile, json).await?,
        Action::Apply(args) => apply::run(session, &args, json).await?,
        Action::ImportCurl(args) => import_curl::run(session, &args, json).await?,
        Action::Schema => schema::run()?,
        Action::Template(args) => template::run(&args)?,
        Action::Enable { profile } => switch::run(session, &profile, Status::Active, json).await?,
        Action::Disable { profile } => switch::run(session, &profile, Status::Disabled, json).await?,
        Action::Delete(args) => delete::run(session, &args, json).await?,
        Action::Restore { profile } => restore::run(session, &profile, json).await?,
        Action::Export(args) => export::run(session, &args, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}
