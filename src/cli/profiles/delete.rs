//! `ringback profiles delete`.

use serde_json::json;

use crate::cli::ask::ask;
use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, resolve_profile};
use crate::profile::Profile;
use crate::storage::Block;
use crate::text::rfc3339;

#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    /// Profile ID, unique ID prefix, or title
    profile: String,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(session: &Session, args: &DeleteArgs, json: bool) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, profile) = resolve_profile::profile(store.as_ref(), &args.profile).await?;
    let Profile { title, id, .. } = &profile;
    if !args.yes {
        let pending = match store.pending_events(id).await? {
            0 => String::new(),
            n => format!(" {} will be blocked.", blocked::pending(n)),
        };
        let without = format!("'{title}' ({id}) was not deleted");
        ask(&format!("Delete '{title}' ({id})?{pending}"), &without, "nothing was deleted")?;
    }
    store.delete_profile(id).await?;
    // Counted once none of its deliveries are sent any more.
    let held = store.pending_events(id).await?;
    let blocks = store.blocks().await?;
    let until = blocks.deleted(id).and_then(Block::restorable_until);
    if json {
        return print_json(
            &json!({"profile_ids": [id.as_str()], "blocked": held, "held": held, "restorable_until": until.map(rfc3339)}),
        );
    }
    print(&format!("{id}\n"))?;
    let kept = match held {
        0 => String::new(),
        1 => "1 pending delivery is blocked; ".to_owned(),
        n => format!("{} are blocked; ", blocked::pending(n)),
    };
    let until = until.map(|until| format!(" until {}", blocked::clock(until))).unwrap_or_default();
    eprint_line(&format!(
        "ringback: deleted '{title}': {kept}`ringback profiles restore {id}` undoes it{until}"
    ));
    Ok(())
}
