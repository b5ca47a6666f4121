//! `ringback profiles restore`.

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, resolve_profile};
use crate::documents::restored_profile;
use crate::storage::DeletedProfile;
use crate::text::escape_controls;

pub(super) async fn run(session: &Session, text: &str, json: bool) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, deleted) = resolve_profile::deleted(store.as_ref(), text).await?;
    let DeletedProfile { row, pending, .. } = &deleted;
    let title = escape_controls(&row.title);
    if !store.restore_profile(&row.id).await? {
        return Err(CommandError::Input(format!("'{title}' ({}) was restored or removed just now", row.id)));
    }
    let blocks = store.blocks().await?;
    let block = blocks.of_events(&row.id);
    if json {
        return print_json(&restored_profile(&deleted, &blocks));
    }
    print(&format!("{}  restored {title}\n", row.id))?;
    match block {
        Some(block) if *pending > 0 => {
            eprint_line(&format!(
                "ringback: {} still blocked: {}",
                blocked::pending(*pending),
                blocked::sentence(block)
            ));
        }
        None if *pending > 0 => {
            eprint_line(&format!(
                "ringback: {} no longer blocked: the sender sends them",
                blocked::pending(*pending)
            ));
        }
        _ => {}
    }
    Ok(())
}
