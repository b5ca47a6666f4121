//! What a route requires of its caller, and who the caller is.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{ApiError, Code, Sid};
use crate::profile::ProfileId;
use crate::storage::ApiKey;

/// What a route requires of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Nothing.
    Public,
    /// A key that may hand over events.
    Send,
    /// A key that may read.
    Read,
    /// A key that may change profiles and deliveries.
    Manage,
}

/// Who made a request. Every route but the public ones has a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Owns idempotency keys: two callers never share one.
    owner: String,
    /// None if it may use all profiles.
    profiles: Option<Vec<ProfileId>>,
}

impl Caller {
    /// The caller of an API that asks for no key.
    #[must_use]
    pub(super) fn anyone(sid: Option<&Sid>) -> Self {
        Self { owner: format!("{}/", sid.map_or("", Sid::as_str)), profiles: None }
    }

    /// The caller with this key. Two keys never share idempotency keys, and neither do two accounts.
    #[must_use]
    pub(super) fn of_key(sid: Option<&Sid>, key: &ApiKey) -> Self {
        let profiles = (!key.profiles.is_empty()).then(|| key.profiles.clone());
        Self { owner: format!("{}/{}", sid.map_or("", Sid::as_str), key.id), profiles }
    }

    /// Owns the idempotency keys of its requests.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Whether it may use a profile and its deliveries. Others must look to it as if they did not exist.
    #[must_use]
    pub fn may_use(&self, profile: &ProfileId) -> bool {
        self.profiles.as_ref().is_none_or(|profiles| profiles.contains(profile))
    }

    /// The profiles that it may use; none if it may use all.
    #[must_use]
    pub fn profiles(&self) -> Option<&[ProfileId]> {
        self.profiles.as_deref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let none = || ApiError::new(Code::Internal, "a public route has no caller; please report this");
        parts.extensions.get::<Self>().cloned().ok_or_else(none)
    }
}
