//! `ringback deliveries pause` and `resume`: of one profile, or of all.

use crate::cli::error::CommandError;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, resolve_profile};
use crate::documents::paused_profile;
use crate::profile::ProfileId;
use crate::storage::Opened;
use crate::text::{escape_controls, group_digits};

#[derive(Debug, clap::Args)]
pub(super) struct PauseArgs {
    /// Profile ID, unique ID prefix, or title [default: all profiles]
    profile: Option<String>,
}

pub(super) async fn run(
    session: &Session,
    args: &PauseArgs,
    pause: bool,
    json: bool,
) -> Result<(), CommandError> {
    let store = session.existing_store()?;
    let whose = match &args.profile {
        Some(text) => Some(meant(&store, text).await?),
        None => None,
    };
    let (id, title) = whose.unzip();
    let changed = if pause { store.pause(id.clone()).await } else { store.resume(id.clone()).await }?;
    let blocks = store.blocks().await?;
    let now = id.as_ref().map_or_else(|| blocks.all(), |id| blocks.paused(id));
    // Numbers of all blocked deliveries after the change.
    let blocked = store.blocked(None).await?;
    if json {
        return print_json(&paused_profile(id.as_ref(), now, changed, blocked.total()));
    }
    let whose =
        title.map_or_else(|| "all deliveries".to_owned(), |title| format!("'{}'", escape_controls(&title)));
    let now_blocked = format!("{} blocked", group_digits(blocked.total()));
    let message = match (pause, changed) {
        (true, true) => format!("paused: {whose} · {now_blocked}; events stay queued, tests are still sent"),
        (true, false) => format!("already paused: {whose} · {now_blocked}"),
        (false, true) => format!("resumed: {whose} · {now_blocked}"),
        (false, false) => format!("not paused: {whose} · {now_blocked}"),
    };
    print(&format!("{message}\n"))?;
    if !pause {
        blocked::report(&blocked);
    }
    Ok(())
}

/// The named profile, and its title. One that was deleted while paused is found by its full ID.
async fn meant(store: &Opened, text: &str) -> Result<(ProfileId, String), CommandError> {
    if let Ok(id) = ProfileId::parse(text)
        && let Some(block) = store.blocks().await?.paused(&id)
    {
        let title = if block.title.is_empty() { text } else { &block.title };
        return Ok((id, title.to_owned()));
    }
    let (_, profile) = resolve_profile::profile(Some(store), text).await?;
    Ok((profile.id, profile.title.to_string()))
}
