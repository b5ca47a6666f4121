//! What was done to one delivery.

use serde_json::{Value, json};

use crate::record::DeliveryId;

/// What was done to a delivery, in a word; and the new delivery, if it was resent.
#[must_use]
pub fn steered_delivery(id: DeliveryId, done: &str, new: Option<DeliveryId>) -> Value {
    json!({"delivery_id": id.to_string(), "done": done, "new_delivery_id": new.map(|new| new.to_string())})
}
