//! A key as JSON.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::clock;
use crate::profile::{Choice as _, ProfileId};
use crate::storage::ApiKey;
use crate::text::rfc3339;

/// The time in whole milliseconds, as stores keep it: a key looks the same when it is created and when it is listed.
pub(super) fn stored_now() -> Timestamp {
    let now = clock::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The members of a key, without its secret.
pub(super) fn document(key: &ApiKey, now: Timestamp) -> Map<String, Value> {
    let profiles: Vec<&str> = key.profiles.iter().map(ProfileId::as_str).collect();
    let members = [
        ("key_id", json!(key.id.as_str())),
        ("name", json!(key.name)),
        ("scope", json!(key.scope.name())),
        ("profiles", json!(profiles)),
        ("created_at", json!(rfc3339(key.created_at))),
        ("expires_at", json!(key.expires_at.map(rfc3339))),
        ("last_used_at", json!(key.last_used_at.map(rfc3339))),
        ("revoked_at", json!(key.revoked_at.map(rfc3339))),
        ("state", json!(key.state(now).name())),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
