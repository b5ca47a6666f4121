//! `ringback profiles enable` and `disable`.

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, resolve_profile};
use crate::documents::switched_profile;
use crate::management::{self, SwitchedStatus};
use crate::profile::{Choice as _, Profile, Status};
use crate::text::escape_controls;

/// Enables or disables the profile that a text names. Its queued deliveries are resumed, or blocked.
pub(super) async fn run(
    session: &Session,
    text: &str,
    status: Status,
    json: bool,
) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, profile) = resolve_profile::profile(store.as_ref(), text).await?;
    let gone = format!("'{}' was deleted just now", escape_controls(profile.title.as_str()));
    let switched = management::switch(&*store, profile, status).await?;
    let SwitchedStatus { profile, changed } = switched.ok_or(CommandError::Input(gone))?;
    let Profile { id, title, .. } = &profile;
    let blocks = store.blocks().await?;
    if json {
        return print_json(&switched_profile(&profile, changed, &blocks));
    }
    let already = if changed { "" } else { " already" };
    let word = if status == Status::Active { "enabled" } else { status.name() };
    print(&format!("{id}  {word}{already}\n"))?;
    if let Some(block) = blocks.of_events(id).filter(|_| status == Status::Active) {
        eprint_line(&format!(
            "ringback: '{}' is still blocked: {}",
            escape_controls(title.as_str()),
            blocked::sentence(block)
        ));
    }
    Ok(())
}
