//! `ringback profiles export`.

mod existing;
mod folder;
mod report;

use std::path::PathBuf;

use serde_json::Value;

use super::input::DocumentFormat;
use crate::cli::error::CommandError;
use crate::cli::output::print;
use crate::cli::session::Session;
use crate::cli::{passed_over, resolve_profile};
use crate::profile::Profile;
use crate::profile::document::{Secrets, export};
use crate::storage::Listing;

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// Profile IDs, unique ID prefixes, or titles [default: all profiles]
    profiles: Vec<String>,
    /// Write YAML instead of JSON
    #[arg(long)]
    yaml: bool,
    /// Write each profile to a file of its own in this folder, which `apply -f` reads; a file with the same profile is
    /// replaced, others are left alone
    #[arg(short = 'o', long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Include secrets instead of null: keep the output private
    #[arg(long)]
    secrets: bool,
}

pub(super) async fn run(session: &Session, args: &ExportArgs, json: bool) -> Result<(), CommandError> {
    let secrets = if args.secrets { Secrets::Shown } else { Secrets::Hidden };
    let format = DocumentFormat::yaml_if(args.yaml);
    let chosen = chosen(session, args).await?;
    if let Some(folder) = &args.output {
        let files = folder::write(folder, &chosen, secrets, format)?;
        return report::written(folder, &files, json);
    }
    let documents: Value = chosen.iter().map(|profile| export(profile, secrets)).collect();
    print(&format.written(&documents))
}

/// The named profiles, each once, in the given order; or all of them, oldest first.
async fn chosen(session: &Session, args: &ExportArgs) -> Result<Vec<Profile>, CommandError> {
    let store = session.store_if_there()?;
    let mut chosen: Vec<Profile> = Vec::new();
    for text in &args.profiles {
        let (_, profile) = resolve_profile::profile(store.as_ref(), text).await?;
        if chosen.iter().all(|earlier| earlier.id != profile.id) {
            chosen.push(profile);
        }
    }
    if let Some(store) = store.filter(|_| args.profiles.is_empty()) {
        passed_over::report(&store.unreadable(Listing::Profiles).await?);
        for row in store.profiles().await? {
            chosen.extend(store.profile(&row.id).await?);
        }
    }
    Ok(chosen)
}
