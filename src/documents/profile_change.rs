//! What was done to a profile.

use serde_json::{Value, json};

use crate::profile::{Profile, ProfileId};
use crate::storage::{Block, Blocks, DeletedProfile};
use crate::text::rfc3339;

/// A profile that was enabled or disabled, and whether that changed it.
#[must_use]
pub fn switched_profile(profile: &Profile, changed: bool, blocks: &Blocks) -> Value {
    json!({
        "profile_id": profile.id.as_str(),
        "status": profile.status.number(),
        "changed": changed,
        "paused_since": blocks.paused(&profile.id).map(|block| rfc3339(block.since)),
    })
}

/// A profile, or all of them, that was paused or resumed: the pause now, whether that changed it, and how many
/// deliveries are blocked.
#[must_use]
pub fn paused_profile(
    profile: Option<&ProfileId>,
    now: Option<&Block>,
    changed: bool,
    blocked: u64,
) -> Value {
    json!({
        "profile_id": profile.map(ProfileId::as_str),
        "paused": now.is_some(),
        "since": now.map(|block| rfc3339(block.since)),
        "changed": changed,
        "blocked": blocked,
        "held": blocked,
    })
}

/// A profile that was restored, as it was until then, and what blocks its deliveries now.
#[must_use]
pub fn restored_profile(deleted: &DeletedProfile, blocks: &Blocks) -> Value {
    let DeletedProfile { row, deleted_at, pending } = deleted;
    let block = blocks.of_events(&row.id).map(|block| block.why);
    json!({
        "profile_id": row.id.as_str(),
        "title": row.title,
        "status": row.status.number(),
        "deleted_at": rfc3339(*deleted_at),
        "pending": pending,
        "blocked": block.map(crate::profile::Choice::name),
        "held": block.map(crate::profile::Choice::name),
    })
}
