//! Changes whether the deliveries of a profile are sent: enable, disable, pause, resume, restore.

use axum::extract::{Path, State};

use super::find::{named, no_profile, stored};
use crate::api::request::OnePath;
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::documents::{paused_profile, restored_profile, switched_profile};
use crate::management::{SwitchedStatus, switch};
use crate::profile::Status;

/// Enables a profile: its queued events are sent.
pub(super) async fn enable(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let data = switched(&api, &caller, &id, Status::Active).await?;
    Ok(Envelope::new(Code::Done, "Profile enabled", data))
}

/// Disables a profile: it accepts no events, and its queued ones are blocked.
pub(super) async fn disable(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let data = switched(&api, &caller, &id, Status::Disabled).await?;
    Ok(Envelope::new(Code::Done, "Profile disabled", data))
}

async fn switched(
    api: &Api,
    caller: &Caller,
    id: &str,
    status: Status,
) -> Result<serde_json::Value, ApiError> {
    let profile = stored(api, caller, id).await?;
    let switched = switch(&*api.store, profile, status).await?;
    let SwitchedStatus { profile, changed } = switched.ok_or_else(|| no_profile(id))?;
    Ok(switched_profile(&profile, changed, &api.store.blocks().await?))
}

/// Pauses a profile: its events stay queued.
pub(super) async fn pause(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let profile = stored(&api, &caller, &id).await?;
    let changed = api.store.pause(Some(profile.id.clone())).await?;
    paused(&api, &profile.id, changed, "Profile paused").await
}

/// Resumes a profile.
pub(super) async fn resume(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let profile = stored(&api, &caller, &id).await?;
    let changed = api.store.resume(Some(profile.id.clone())).await?;
    paused(&api, &profile.id, changed, "Profile resumed").await
}

/// How many are blocked is counted for this profile alone: the caller may know no others.
async fn paused(
    api: &Api,
    id: &crate::profile::ProfileId,
    changed: bool,
    message: &str,
) -> Result<Envelope, ApiError> {
    let blocks = api.store.blocks().await?;
    let blocked = if blocks.of_events(id).is_some() { api.store.pending_events(id).await? } else { 0 };
    let data = paused_profile(Some(id), blocks.paused(id), changed, blocked);
    Ok(Envelope::new(Code::Done, message, data))
}

/// Restores a deleted profile.
pub(super) async fn restore(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let profile_id = named(&caller, &id)?;
    let deleted = api.store.find_deleted(profile_id.as_str()).await?.pop();
    let deleted = match deleted {
        Some(deleted) if api.store.restore_profile(&profile_id).await? => deleted,
        _ if api.store.profile(&profile_id).await?.is_some() => {
            return Err(ApiError::new(Code::Conflict, format!("profile {profile_id} is not deleted")));
        }
        _ => return Err(no_profile(&id)),
    };
    let data = restored_profile(&deleted, &api.store.blocks().await?);
    Ok(Envelope::new(Code::Done, "Profile restored", data))
}
