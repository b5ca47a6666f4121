//! The health of a profile: whether its events are delivered, and since when and why they are not.

use serde_json::{Value, json};

use crate::profile::{Choice as _, ProfileId, Status};
use crate::storage::{Blocks, FailingProfiles, HealthCause};
use crate::text::rfc3339;

/// The health of a profile: `state` (`ok`, `failing` or `auto-disabled`), `since` and `cause`, both null while it is
/// well; and `next_probe_at`, null unless it is auto-disabled and probed.
#[must_use]
pub fn health(id: &ProfileId, status: Status, blocks: &Blocks, failing: &FailingProfiles) -> Value {
    let next_probe = blocks.disabled(id).and_then(|block| block.next_probe).map(rfc3339);
    if let Some(health) = failing.of(id) {
        return json!({
            "state": health.state.name(),
            "since": rfc3339(health.since),
            "cause": health_cause(&health.cause),
            "next_probe_at": next_probe,
        });
    }
    if status == Status::AutoDisabled {
        // A person has set the status: nothing has failed.
        let since = blocks.disabled(id).map(|block| rfc3339(block.since));
        return json!({"state": status.name(), "since": since, "cause": null, "next_probe_at": next_probe});
    }
    json!({"state": "ok", "since": null, "cause": null, "next_probe_at": null})
}

/// The delivery whose end changed the health of a profile.
#[must_use]
pub fn health_cause(cause: &HealthCause) -> Value {
    json!({
        "consecutive_failures": cause.failed,
        "delivery_id": cause.delivery.to_string(),
        "status": cause.status,
        "class": cause.class.map(crate::profile::Choice::name),
        "message": cause.message,
        "recent": cause.recent.map(|recent| json!({"ended": recent.ended, "failed": recent.failed})),
    })
}
