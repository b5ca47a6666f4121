//! A profile, as shown and as listed, with what blocks its deliveries. Never with its secrets.

use serde_json::{Value, json};

use super::auto_disabled::auto_disabled;
use super::health::health;
use crate::profile::document::{Secrets, export};
use crate::profile::{Choice as _, Profile};
use crate::storage::{Blocks, DeletedProfile, FailingProfiles, ProfileRow};
use crate::text::rfc3339;

/// A profile's document. It contains a block only while there is one, and its health only while it is not well:
/// `profiles apply` accepts no such members.
#[must_use]
pub fn profile(profile: &Profile, blocks: &Blocks, failing: &FailingProfiles) -> Value {
    let mut all = export(profile, Secrets::Hidden);
    if let Some(paused) = blocks.paused(&profile.id) {
        all["paused_since"] = json!(rfc3339(paused.since));
    }
    match auto_disabled(blocks.disabled(&profile.id)) {
        Value::Null => {}
        disabled => all["auto_disabled"] = disabled,
    }
    if failing.of(&profile.id).is_some() {
        all["health"] = health(&profile.id, profile.status, blocks, failing);
    }
    all
}

/// A profile as it is listed, with the names of its document.
#[must_use]
pub fn profile_row(row: &ProfileRow, blocks: &Blocks, failing: &FailingProfiles) -> Value {
    json!({
        "profile_id": row.id.as_str(),
        "title": row.title,
        "channel": row.channel.name(),
        "http_method": row.method.name(),
        "url": row.endpoint,
        "status": row.status.number(),
        "modified_at": rfc3339(row.modified_at),
        "paused_since": blocks.paused(&row.id).map(|block| rfc3339(block.since)),
        "auto_disabled": auto_disabled(blocks.disabled(&row.id)),
        "health": health(&row.id, row.status, blocks, failing),
    })
}

/// A deleted profile as it is listed.
#[must_use]
pub fn deleted_profile_row(deleted: &DeletedProfile, blocks: &Blocks, failing: &FailingProfiles) -> Value {
    let mut listed = profile_row(&deleted.row, blocks, failing);
    listed["deleted_at"] = json!(rfc3339(deleted.deleted_at));
    listed["restorable_until"] = json!(rfc3339(deleted.restorable_until()));
    listed["blocked"] = json!(deleted.pending);
    listed["held"] = json!(deleted.pending);
    listed
}
