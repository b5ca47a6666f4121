//! A profile in the platform's shape.

use serde_json::{Value, json};

use crate::documents;
use crate::profile::Profile;
use crate::profile::document::body_type;
use crate::storage::{Blocks, FailingProfiles};

/// A profile's document with what the platform's has besides: `headers` as text, `enc` also where there is none,
/// `body_type` and `response_message` (public page). Secrets are null.
pub(super) fn platform_profile(profile: &Profile, blocks: &Blocks, failing: &FailingProfiles) -> Value {
    let mut all = documents::profile(profile, blocks, failing);
    all["headers"] = json!(all["headers"].to_string());
    if profile.encryption.is_none() {
        all["enc"] = Value::Null;
    }
    all["body_type"] = json!(body_type(profile.body.form()));
    all["response_message"] = json!("");
    all
}
