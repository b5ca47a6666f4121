//! A delivery as it is listed.

use serde_json::{Value, json};

use crate::profile::Choice;
use crate::record::Summary;
use crate::storage::Blocks;
use crate::text::rfc3339;

/// A delivery as it is listed, with the names of [`tested_delivery`](super::tested_delivery) where that has them.
#[must_use]
pub fn delivery_row(row: &Summary, blocks: &Blocks) -> Value {
    let error = row.last_error.as_ref();
    json!({
        "delivery_id": row.id.to_string(),
        "profile_id": row.profile_id.as_str(),
        "profile_title": row.profile_title,
        "event": row.event.map(Choice::name),
        "kind": row.kind.name(),
        "state": row.state.name(),
        "blocked": blocked_by(row, blocks),
        "held": blocked_by(row, blocks),
        "accepted_at": rfc3339(row.accepted_at),
        "due_at": row.due_at.map(rfc3339),
        "attempt_count": row.attempts,
        "tries": row.attempts,
        "status": row.last_status,
        "error": error.map(|e| json!({"class": e.class.name(), "message": e.message})),
        "duration_ms": row.last_ms,
        "resent_as": row.again.map(|id| id.to_string()),
        "sent_again_as": row.again.map(|id| id.to_string()),
        "resent_from": row.resent_from.map(|id| id.to_string()),
        "ended_at": row.ended_at.map(rfc3339),
        "origin": &*row.origin,
    })
}

/// The block that prevents a delivery from being sent, if there is one.
#[must_use]
pub fn blocked_by(row: &Summary, blocks: &Blocks) -> Option<&'static str> {
    blocks.of(row).filter(|_| row.state.is_pending()).map(|block| block.why.name())
}
