//! The result of a change of many deliveries.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::record::BulkId;
use crate::storage::{BulkAction, BulkResult};
use crate::text::rfc3339;

/// What retrying all deliveries that match has done: `matched` of them; and the bulk action by which it is looked up what
/// becomes of them. With `dry_run` nothing was done.
#[must_use]
pub fn bulk_retried(did: &BulkResult, matched: u64, dry_run: bool, bulk: Option<BulkId>) -> Value {
    json!({
        "matched": matched, "fit": matched, "dry_run": dry_run, "due_now": did.due, "resent": did.again,
        "sent_again": did.again, "left": did.left, "why": did.why, "bulk_id": bulk.map(|id| id.to_string()),
    })
}

/// A bulk retry or resend, and what became of it as of `now`.
#[must_use]
pub fn bulk_action(action: &BulkAction, now: Timestamp) -> Value {
    let counts = action.counts;
    json!({
        "bulk_id": action.id.to_string(), "begun_at": rfc3339(action.begun_at), "what": action.what,
        "matched": action.wanted, "retried": action.retried, "resent": action.resent, "left": action.unchanged,
        "delivered": counts.delivered, "failed": counts.failed, "cancelled": counts.cancelled,
        "pending": counts.pending(), "removed": action.removed(), "ended": action.has_ended(now),
    })
}

/// The result of cancelling all deliveries that match, as [`bulk_retried`].
#[must_use]
pub fn bulk_cancelled(did: &BulkResult, matched: u64, dry_run: bool) -> Value {
    json!({
        "matched": matched, "fit": matched, "dry_run": dry_run, "cancelled": did.cancelled, "left": did.left,
        "why": did.why,
    })
}
