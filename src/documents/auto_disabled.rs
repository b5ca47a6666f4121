//! Why a profile was disabled automatically.

use serde_json::{Value, json};

use crate::storage::{Block, BlockReason};

/// Why a profile was disabled automatically; null if it was not. `hold` is the block of its status, if there is one.
#[must_use]
pub fn auto_disabled(block: Option<&Block>) -> Value {
    let block = block.filter(|block| block.why == BlockReason::AutoDisabled);
    block.map_or(Value::Null, |block| {
        let cause = block.cause.as_ref();
        json!({
            "since": block.since,
            "consecutive_failures": cause.map(|cause| cause.failed),
            "failed_in_row": cause.map(|cause| cause.failed),
            "delivery_id": cause.map(|cause| cause.delivery.to_string()),
            "message": cause.map(|cause| cause.message.as_str()),
        })
    })
}
