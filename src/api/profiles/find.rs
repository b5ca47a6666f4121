//! One profile.

use axum::extract::{Path, State};

use super::platform::platform_profile;
use crate::api::request::OnePath;
use crate::api::{Api, ApiError, Caller, Code, Envelope};
use crate::profile::{Profile, ProfileId};

/// Responds with one profile.
pub(super) async fn one(
    State(api): State<Api>,
    caller: Caller,
    Path((_, id)): OnePath,
) -> Result<Envelope, ApiError> {
    let profile = stored(&api, &caller, &id).await?;
    let (blocks, failing) = (api.store.blocks().await?, api.store.failing_profiles().await?);
    let data = platform_profile(&profile, &blocks, &failing);
    Ok(Envelope::new(Code::Done, "Profile fetched successfully", data))
}

/// The id of a profile that the caller may use, whether it exists or not.
///
/// # Errors
/// It is no profile id, or not for this caller: as if there were no such profile.
pub(super) fn named(caller: &Caller, id: &str) -> Result<ProfileId, ApiError> {
    ProfileId::parse(id).ok().filter(|id| caller.may_use(id)).ok_or_else(|| no_profile(id))
}

/// The profile that a path names.
///
/// # Errors
/// There is none for this caller, or the store cannot be read.
pub(super) async fn stored(api: &Api, caller: &Caller, id: &str) -> Result<Profile, ApiError> {
    api.store.profile(&named(caller, id)?).await?.ok_or_else(|| no_profile(id))
}

/// The platform's error for a missing profile.
pub(super) fn no_profile(id: &str) -> ApiError {
    ApiError::new(Code::NoProfile, format!("No profile exists with id: {id}"))
}
