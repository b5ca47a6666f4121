//! What was done to one delivery.

use serde_json::{Value, json};

use crate::record::DeliveryId;

/// What was done to a delivery, in a word; the new delivery, if it was resent; and what blocks it, if it is due and is
/// not sent for that reason.
#[must_use]
pub fn steered_delivery(id: DeliveryId, done: &str, new: Option<DeliveryId>, blocked: Option<&str>) -> Value {
    json!({
        "delivery_id": id.to_string(), "done": done, "new_delivery_id": new.map(|new| new.to_string()),
        "blocked": blocked,
    })
}
