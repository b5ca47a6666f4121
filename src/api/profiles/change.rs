//! Creates, changes and deletes profiles.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::find::{named, no_profile, stored};
use super::platform::platform_profile;
use crate::api::request::{JsonBody, NewIds, OnePath};
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::management::{CheckedProfile, DocumentFault, DocumentSource, ProfileCheck, patched, saved_after};
use crate::profile::Profile;
use crate::storage::Saved;

/// Creates a profile.
pub(super) async fn create(
    State(api): State<Api>,
    caller: Caller,
    ids: NewIds,
    JsonBody(body): JsonBody,
) -> Result<Envelope, ApiError> {
    if caller.profiles().is_some() {
        let why = "the API key is limited to profiles and cannot create new ones";
        return Err(ApiError::new(Code::Forbidden, why));
    }
    if body.contains_key("profile_id") {
        let why = "profile_id: is assigned when a profile is created; use PATCH to change a profile";
        return Err(ApiError::new(Code::Invalid, why));
    }
    let check = ProfileCheck::new(&*api.store, &api.settings).await?;
    let document =
        check.read(Value::Object(body), DocumentSource::Given).map_err(|fault| invalid(&[fault]))?;
    let checked = check.check(document, None, ids.unique()).map_err(|faults| invalid(&faults))?;
    let CheckedProfile { mut profile, notes } = checked;
    profile.created_at = profile.modified_at;
    let profile = match api.store.save_profile_if(profile.clone(), None).await? {
        Saved::Saved => profile,
        // An earlier request with the same idempotency key has created it.
        Saved::Changed(theirs) => *theirs,
        Saved::Gone => return Err(no_profile(profile.id.as_str())),
    };
    let data = with_notes(&api, &profile, &notes).await?;
    Ok(Envelope::new(Code::Done, "Profile created successfully", data).with_status(StatusCode::CREATED))
}

/// Changes the given members of a profile.
pub(super) async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
    JsonBody(body): JsonBody,
) -> Result<Envelope, ApiError> {
    let mut before = stored(&api, &caller, &id).await?;
    loop {
        let CheckedProfile { profile, notes } = changed(&api, &before, body.clone()).await?;
        match api.store.save_profile_if(profile.clone(), Some(before.modified_at)).await? {
            Saved::Saved => {
                let data = with_notes(&api, &profile, &notes).await?;
                return Ok(Envelope::new(Code::Done, "Profile updated successfully", data));
            }
            // What another session has saved meanwhile stays, but for the given members.
            Saved::Changed(theirs) => before = *theirs,
            Saved::Gone => return Err(no_profile(&id)),
        }
    }
}

/// Deletes a profile, which can be restored for seven days.
pub(super) async fn delete(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let profile_id = named(&caller, &id)?;
    if !api.store.delete_profile(&profile_id).await? {
        return Err(no_profile(&id));
    }
    let data = json!({"profileId": profile_id.as_str()});
    Ok(Envelope::new(Code::Done, "Profile deleted successfully", data).in_full())
}

/// A stored profile with these members.
async fn changed(api: &Api, before: &Profile, body: Map<String, Value>) -> Result<CheckedProfile, ApiError> {
    let is_other = |id: &Value| id.as_str() != Some(before.id.as_str());
    if body.get("profile_id").is_some_and(is_other) {
        return Err(invalid(&[DocumentFault::new("profile_id", "differs from the one in the path")]));
    }
    let check = ProfileCheck::new(&*api.store, &api.settings).await?;
    let document =
        check.read(patched(before, body), DocumentSource::Given).map_err(|fault| invalid(&[fault]))?;
    let mut checked = check.check(document, Some(before), Uuid::nil()).map_err(|faults| invalid(&faults))?;
    checked.profile.modified_at = saved_after(before.modified_at);
    Ok(checked)
}

/// One sentence per field.
fn invalid(faults: &[DocumentFault]) -> ApiError {
    ApiError::with_params(Code::Invalid, faults.iter().map(ToString::to_string).collect())
}

/// The profile, and what a person should know about it.
async fn with_notes(api: &Api, profile: &Profile, notes: &[String]) -> Result<Value, ApiError> {
    let (blocks, failing) = (api.store.blocks().await?, api.store.failing_profiles().await?);
    let mut data = platform_profile(profile, &blocks, &failing);
    if !notes.is_empty() {
        data["notes"] = json!(notes);
    }
    Ok(data)
}
