//! `ringback profiles delete`.

use serde_json::json;

use crate::cli::ask::ask;
use crate::cli::choose;
use crate::cli::error::CommandError;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
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
        let Profile { title, id, .. } = &profile;
        let without = format!("'{title}' ({id}) was not deleted");
        ask(&format!("Delete '{title}' ({id})?"), &without, "nothing was deleted")?;
    }
    store.delete_profile(&profile.id).await?;
    if json {
        print_json(&json!({"profile_ids": [profile.id.as_str()]}))
    } else {
        print(&format!("{}\n", profile.id))
    }
}
