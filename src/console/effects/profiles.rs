//! Profiles and drafts.

use jiff::Timestamp;

use super::environment::Sources;
use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::message::{Message, Unsaved};
use crate::profile::{Draft, Identity, Profile, ProfileId, Region};
use crate::storage::{Saved, Storage, StoreError, UnsavedDraft};
use crate::{delivery, threads};

pub(super) async fn load(
    store: &dyn Storage,
    id: ProfileId,
    purpose: Purpose,
) -> Result<Message, StoreError> {
    let profile = store.profile(&id).await?.map(Box::new);
    Ok(Message::Profile(id, profile, purpose))
}

pub(super) fn fresh(sources: &dyn Sources, draft: Draft, region: Region) -> Message {
    let now = stored_time(sources);
    let id = ProfileId::new(region, sources.profile_id());
    Message::Fresh(Box::new(draft), Identity { id, created_at: now, modified_at: now })
}

/// The first error in the files that a profile refers to.
async fn unusable(profile: &Profile) -> Option<Message> {
    let tls = profile.tls.clone();
    let checked = threads::blocking(move || delivery::check_files(&tls)).await;
    checked.ok()?.err().map(Message::Unusable)
}

/// Saves a profile, provided that its files can be used and that the stored version is the one the editor has seen.
pub(super) async fn save(
    store: &dyn Storage,
    sources: &dyn Sources,
    profile: Box<Profile>,
    seen: Option<Timestamp>,
) -> Result<Message, StoreError> {
    match unusable(&profile).await {
        Some(refused) => Ok(refused),
        None => store_if(store, sources, profile, seen).await,
    }
}

async fn store_if(
    store: &dyn Storage,
    sources: &dyn Sources,
    mut profile: Box<Profile>,
    seen: Option<Timestamp>,
) -> Result<Message, StoreError> {
    profile.modified_at = stored_time(sources);
    Ok(match store.save_profile_if((*profile).clone(), seen).await? {
        Saved::Saved => Message::Saved(profile),
        Saved::Changed(theirs) => Message::Conflict(profile, Some(theirs)),
        Saved::Gone => Message::Conflict(profile, None),
    })
}

/// Saves a profile unconditionally.
pub(super) async fn overwrite(
    store: &dyn Storage,
    sources: &dyn Sources,
    mut profile: Box<Profile>,
) -> Result<Message, StoreError> {
    if let Some(refused) = unusable(&profile).await {
        return Ok(refused);
    }
    profile.modified_at = stored_time(sources);
    store.save_profiles(vec![(*profile).clone()]).await?;
    Ok(Message::Saved(profile))
}

/// Enables or disables a profile.
pub(super) async fn switch(
    store: &dyn Storage,
    sources: &dyn Sources,
    profile: Box<Profile>,
) -> Result<Message, StoreError> {
    let seen = Some(profile.modified_at);
    Ok(match store_if(store, sources, profile, seen).await? {
        Message::Saved(profile) => Message::Switched(profile),
        _ => Message::Failed("Another session changed it just now: try again".to_owned()),
    })
}

/// Counts the pending deliveries of a profile, for the question whether to delete it.
pub(super) async fn ask_delete(
    store: &dyn Storage,
    id: ProfileId,
    title: String,
) -> Result<Message, StoreError> {
    let pending = store.pending_events(&id).await?;
    Ok(Message::AskDelete(id, title, pending))
}

/// Deletes a profile.
pub(super) async fn delete(store: &dyn Storage, id: ProfileId, title: String) -> Result<Message, StoreError> {
    store.delete_profile(&id).await?;
    let pending = store.pending_events(&id).await?;
    Ok(Message::Deleted(id, title, pending))
}

pub(super) async fn unsaved(store: &dyn Storage) -> Result<Vec<Unsaved>, StoreError> {
    let mut out = Vec::new();
    for draft in store.drafts().await? {
        let UnsavedDraft { profile_id, .. } = &draft;
        let stored = store.profile(profile_id).await?.map(Box::new);
        out.push(Unsaved { draft, stored });
    }
    Ok(out)
}

/// Adds, changes or removes an own variable.
pub(super) async fn own_variable(store: &dyn Storage, effect: Effect) -> Result<Message, StoreError> {
    let (at, done) = match effect {
        Effect::AddVariable(scope, variable) => {
            let name = variable.name.clone();
            store.add_variable(&scope, variable).await?;
            (Some((scope, name.clone())), format!("Added {name}"))
        }
        Effect::ChangeVariable(scope, name, variable) => {
            let new = variable.name.clone();
            if !store.change_variable(&scope, &name, variable).await? {
                return Ok(Message::Failed(format!("{name} was changed by another session: try again")));
            }
            (Some((scope, new.clone())), format!("Changed {new}"))
        }
        Effect::RemoveVariable(scope, name) => {
            store.remove_variable(&scope, &name).await?;
            (None, format!("Removed {name} from {scope}"))
        }
        _ => (None, String::new()),
    };
    Ok(Message::VariableStored(store.own_variables().await?, at, done))
}

/// The time in whole milliseconds, as stores record it.
fn stored_time(sources: &dyn Sources) -> Timestamp {
    let now = sources.now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
