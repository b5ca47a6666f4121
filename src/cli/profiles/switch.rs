//! `ringback profiles enable` and `disable`.

use jiff::Timestamp;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, resolve_profile};
use crate::clock;
use crate::profile::{Choice as _, Profile, Status};
use crate::storage::Saved;
use crate::text::escape_controls;

/// Enables or disables the profile that a text names. Its queued deliveries are resumed, or blocked.
pub(super) async fn run(
    session: &Session,
    text: &str,
    status: Status,
    json: bool,
) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, mut profile) = resolve_profile::profile(store.as_ref(), text).await?;
    let before = profile.status;
    while profile.status != status {
        let seen = profile.modified_at;
        profile.status = status;
        profile.modified_at = now();
        match store.save_profile_if(profile.clone(), Some(seen)).await? {
            Saved::Saved => {}
            // Only the status is changed here.
            Saved::Changed(theirs) => profile = *theirs,
            Saved::Gone => {
                return Err(CommandError::Input(format!(
                    "'{}' was deleted just now",
                    escape_controls(profile.title.as_str())
                )));
            }
        }
    }
    let Profile { id, title, .. } = &profile;
    let holds = store.blocks().await?;
    if json {
        return print_json(&json!({
            "profile_id": id.as_str(),
            "status": status.number(),
            "changed": before != status,
            "paused_since": holds.paused(id).map(|hold| hold.since),
        }));
    }
    let already = if before == status { " already" } else { "" };
    let word = if status == Status::Active { "enabled" } else { status.name() };
    print(&format!("{id}  {word}{already}\n"))?;
    if let Some(hold) = holds.of_events(id).filter(|_| status == Status::Active) {
        eprint_line(&format!(
            "ringback: '{}' is still blocked: {}",
            escape_controls(title.as_str()),
            blocked::sentence(hold)
        ));
    }
    Ok(())
}

/// To the millisecond, as in lists.
fn now() -> Timestamp {
    let now = clock::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
