//! The result of a change of many deliveries.

use serde_json::{Value, json};

use crate::storage::BulkResult;

/// The result of retrying all deliveries that match: `matched` of them. With `dry_run` nothing was done.
#[must_use]
pub fn bulk_retried(did: &BulkResult, matched: u64, dry_run: bool) -> Value {
    json!({
        "matched": matched, "fit": matched, "dry_run": dry_run, "due_now": did.due, "resent": did.again,
        "sent_again": did.again, "left": did.left, "why": did.why,
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
