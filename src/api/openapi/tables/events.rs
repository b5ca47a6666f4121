//! Events.

use axum::http::Method;
use serde_json::{Value, json};

use crate::api::openapi::operation::Operation;
use crate::api::openapi::schemas::{object, object_with, schema};

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    let list = |item: Value| json!({"type": "array", "items": item});
    let repeated = "Its event_id was accepted before: delivery_id is that of the first time";
    let accepted = object_with(
        &json!({"index": {"type": "integer"}, "delivery_id": {"type": "string"}}),
        json!({"repeated": {"type": "boolean", "const": true, "description": repeated}}),
    );
    let refused = object(&json!({"index": {"type": "integer"}, "error": {"type": "string"}}));
    let notes = "Only if there are any: variables without a value, and values without a placeholder";
    let outcome = object_with(
        &json!({"accepted": list(accepted), "refused": list(refused)}),
        json!({"notes": {"type": "array", "items": {"type": "string"}, "description": notes}}),
    );
    let one_or_many = json!({"oneOf": [schema("Event"), {"type": "array", "items": schema("Event")}]});
    let bodies = json!({
        "application/json": {"schema": one_or_many},
        "application/x-ndjson": {"schema": {"type": "string", "description": "An event per line"}},
    });
    // Of one event or an array that cannot be read at all there is an error.
    let all_refused = json!({"anyOf": [schema("Error"), object(&json!({"data": outcome.clone()}))]});
    vec![
        Operation::new(
            Method::POST,
            "/v1/{sid}/callback/events",
            "sendEvents",
            "events",
            "Accepts events; the response comes once they are stored",
        )
        .bodies(&bodies, true)
        .responds(202, &outcome)
        .or(422, "All were refused", json!({"application/json": {"schema": all_refused}})),
    ]
}
