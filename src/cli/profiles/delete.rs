//! `ringback profiles delete`.

use std::io::{self, BufRead as _, Write as _};

use serde_json::json;

use crate::cli::choose;
use crate::cli::error::CommandError;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::cli::terminal;
use crate::profile::Profile;

#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    /// An id, an id's unique start, or a title
    profile: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(session: &Session, args: &DeleteArgs, json: bool) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, profile) = choose::profile(store.as_ref(), &args.profile).await?;
    if !args.yes {
        confirm(&profile)?;
    }
    store.delete_profile(&profile.id).await?;
    if json {
        print_json(&json!({"profile_ids": [profile.id.as_str()]}))
    } else {
        print(&format!("{}\n", profile.id))
    }
}

/// Asks, where there is somebody to ask.
fn confirm(profile: &Profile) -> Result<(), CommandError> {
    let Profile { title, id, .. } = profile;
    if !terminal::is_there() {
        let message = format!("'{title}' ({id}) was not deleted: without a terminal to ask on, add --yes");
        return Err(CommandError::Input(message));
    }
    let mut answer = String::new();
    let mut err = io::stderr().lock();
    let asked = write!(err, "Delete '{title}' ({id})? [y/N] ").and_then(|()| err.flush());
    asked
        .and_then(|()| io::stdin().lock().read_line(&mut answer))
        .map_err(|error| CommandError::System("the terminal cannot be asked".to_owned(), error))?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(CommandError::Declined("nothing was deleted".to_owned())),
    }
}
