//! `ringback profiles export`.

use serde_json::Value;

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
    /// Include secrets instead of null: keep the file private
    #[arg(long)]
    secrets: bool,
}

pub(super) async fn run(session: &Session, args: &ExportArgs) -> Result<(), CommandError> {
    let secrets = if args.secrets { Secrets::Shown } else { Secrets::Hidden };
    let documents: Value =
        chosen(session, args).await?.iter().map(|profile| export(profile, secrets)).collect();
    print(&format!("{documents:#}\n"))
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
