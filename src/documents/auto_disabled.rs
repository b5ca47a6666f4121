//! Why a profile was disabled automatically.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::storage::{AutoDisableCause, Block, BlockReason};
use crate::text::rfc3339;

/// Why a profile was disabled automatically; null if it was not. `hold` is the block of its status, if there is one.
#[must_use]
pub fn auto_disabled(block: Option<&Block>) -> Value {
    let block = block.filter(|block| block.why == BlockReason::AutoDisabled);
    block.map_or(Value::Null, |block| {
        let mut all = auto_disabled_cause(block.since, block.cause.as_ref());
        all["next_probe_at"] = json!(block.next_probe.map(rfc3339));
        all
    })
}

/// Since when a profile has been disabled, and why.
pub(super) fn auto_disabled_cause(since: Timestamp, cause: Option<&AutoDisableCause>) -> Value {
    json!({
        "since": rfc3339(since),
        "consecutive_failures": cause.map(|cause| cause.failed),
        "failed_in_row": cause.map(|cause| cause.failed),
        "delivery_id": cause.map(|cause| cause.delivery.to_string()),
        "message": cause.map(|cause| cause.message.as_str()),
    })
}
