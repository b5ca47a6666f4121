//! `ringback profiles apply`: all profiles of files and folders, or none.

mod errors;
mod plan;
mod planned;
mod report;

use std::path::PathBuf;

use crate::cli::ask::ask;
use crate::cli::error::CommandError;
use crate::cli::output::eprint_line;
use crate::cli::profiles::input::{DocumentFormat, Documents, Found, inputs};
use crate::cli::session::Session;
use crate::cli::value_enum::choices;
use crate::storage::Opened;

use plan::Planner;
use planned::Plan;

#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "A profile has a title and a url, and may have: profile_id, channel, events, http_method, \
body, data_format, headers, auth, enc, retry, signing_secret, signing_secrets, tls, http2, expires_after_s, \
max_in_flight, rate_limit, ordered, auto_enable, status. `profiles schema` prints their JSON Schema. A field that is left out gets its default, also on an update; stored \
secrets are kept where the document has null. See docs/profiles.md."
)]
pub(super) struct ApplyArgs {
    /// Files with one profile or a list of profiles, as JSON or YAML; `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "folder")]
    files: Vec<PathBuf>,
    /// Apply all .json, .yaml and .yml files of this folder and the folders in it; a profile without an ID is found by
    /// its title
    #[arg(short = 'f', long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Format of standard input and of the named files [default: by the ending of the name, else by the text]
    #[arg(long, value_parser = choices::<DocumentFormat>(), ignore_case = true)]
    format: Option<DocumentFormat>,
    /// Delete the profiles that are not in the folder; `profiles restore` undoes it for seven days
    #[arg(long, requires = "folder")]
    prune: bool,
    /// Show what would change, field by field, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask for confirmation before --prune deletes
    #[arg(long, requires = "prune")]
    yes: bool,
}

pub(super) async fn run(session: &Session, args: &ApplyArgs, json: bool) -> Result<(), CommandError> {
    let inputs = inputs(&args.files, args.folder.as_deref())?;
    let read = |input| Documents::read(input, args.format);
    let texts = inputs.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    // Before a database is opened, which may create it.
    let found = texts.iter().map(Documents::each).collect::<Result<Vec<_>, _>>()?;
    let store = if args.dry_run { session.store_for_preview()? } else { Some(session.store()?) };
    let plan = planned(session, args, found, store.as_ref()).await?;
    if plan.profiles.is_empty() {
        let nothing =
            if args.folder.is_some() { "the folder contains no profile" } else { "the list is empty" };
        eprint_line(&format!("nothing to apply: {nothing}"));
    }
    if args.dry_run {
        plan.notes.iter().for_each(|note| eprint_line(note));
        return report::preview(&plan, json);
    }
    if let Some(store) = store {
        carry_out(&store, args, &plan).await?;
    }
    plan.notes.iter().for_each(|note| eprint_line(note));
    report::done(&plan, json)
}

/// What is to be done.
async fn planned(
    session: &Session,
    args: &ApplyArgs,
    all: Vec<Found<'_>>,
    store: Option<&Opened>,
) -> Result<Plan, CommandError> {
    let mut planner = Planner::new(session.settings(), store, all.len() > 1).await?;
    for found in all {
        planner.add(found).await?;
    }
    let mut plan = planner.finish()?;
    if args.prune {
        let folder = args.folder.as_deref().map(|folder| folder.display().to_string()).unwrap_or_default();
        if plan.profiles.is_empty() {
            let why = "contains no profile, and --prune would delete all: name another folder, or leave --prune out";
            return Err(CommandError::Input(format!("{folder}: nothing was changed: {why}")));
        }
        plan.prune(store).await?;
    }
    Ok(plan)
}

/// Saves in one transaction, then deletes one by one: if that is interrupted, the next run continues.
async fn carry_out(store: &Opened, args: &ApplyArgs, plan: &Plan) -> Result<(), CommandError> {
    if !plan.deleted.is_empty() && !args.yes {
        let without = format!("nothing was changed: {} would be deleted", plan.named_deletions());
        ask(&format!("Delete {}?", plan.named_deletions()), &without, "nothing was changed")?;
    }
    let changed: Vec<_> = plan.changed().cloned().collect();
    if !changed.is_empty() {
        store.save_profiles(changed).await?;
    }
    for row in &plan.deleted {
        store.delete_profile(&row.id).await?;
    }
    Ok(())
}
