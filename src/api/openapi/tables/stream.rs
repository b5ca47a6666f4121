//! The stream of what happens.

use axum::http::Method;
use serde_json::json;

use crate::api::Code;
use crate::api::openapi::operation::Operation;
use crate::api::openapi::parameters::query;

/// The only one.
pub(super) fn all() -> Vec<Operation> {
    let last_event_id = json!({
        "name": "Last-Event-ID", "in": "header",
        "description": "The id of the last event that was read, or 0 for everything that is kept; without it the stream begins now",
        "schema": {"type": "string", "pattern": "^[0-9A-Za-z.-]+$"},
    });
    let several = |names| json!({"type": "array", "items": names});
    let names = json!({"type": "string", "enum": ["accepted", "attempt", "profile"]});
    let follow = json!({"type": "boolean", "default": true});
    vec![
        Operation::new(
            Method::GET,
            "/v1/{sid}/callback/stream",
            "streamEvents",
            "stream",
            "Server-sent events: accepted deliveries, attempts, and changes of profiles",
        )
        .parameters([
            query("event", "Only these events; repeat for several", several(names)),
            query(
                "profile",
                "Only of this profile: its id; repeat for several",
                several(json!({"type": "string"})),
            ),
            query("follow", "Whether the stream stays open when there is nothing more", follow),
            last_event_id,
        ])
        .errors(&[Code::Invalid])
        .contents(200, json!({"text/event-stream": {"schema": {"type": "string"}}})),
    ]
}
