//! `ringback profiles restore`.

use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, resolve_profile};
use crate::profile::Choice as _;
use crate::storage::DeletedProfile;
use crate::text::escape_controls;

pub(super) async fn run(session: &Session, text: &str, json: bool) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, deleted) = resolve_profile::deleted(store.as_ref(), text).await?;
    let DeletedProfile { row, deleted_at, held } = &deleted;
    let title = escape_controls(&row.title);
    if !store.restore_profile(&row.id).await? {
        return Err(CommandError::Input(format!("'{title}' ({}) was restored or removed just now", row.id)));
    }
    let holds = store.blocks().await?;
    let hold = holds.of_events(&row.id);
    if json {
        return print_json(&json!({
            "profile_id": row.id.as_str(),
            "title": row.title,
            "status": row.status.number(),
            "deleted_at": deleted_at,
            "pending": held,
            "blocked": hold.map(|hold| hold.why.name()),
            "held": hold.map(|hold| hold.why.name()),
        }));
    }
    print(&format!("{}  restored {title}\n", row.id))?;
    match hold {
        Some(hold) if *held > 0 => {
            eprint_line(&format!(
                "ringback: {} still blocked: {}",
                blocked::pending(*held),
                blocked::sentence(hold)
            ));
        }
        None if *held > 0 => {
            eprint_line(&format!(
                "ringback: {} no longer blocked: the sender sends them",
                blocked::pending(*held)
            ));
        }
        _ => {}
    }
    Ok(())
}
