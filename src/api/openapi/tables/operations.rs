//! What operators and their monitoring ask.

use axum::http::Method;
use serde_json::json;

use crate::api::openapi::operation::Operation;

const TAG: &str = "operations";

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    let json = |schema| json!({"application/json": {"schema": schema}});
    vec![
        Operation::new(Method::GET, "/healthz", "health", TAG, "Whether the process responds")
            .contents(200, json(json!({"type": "object", "required": ["status"]}))),
        Operation::new(Method::GET, "/readyz", "ready", TAG, "Whether events can be stored and sent")
            .contents(200, json(json!({"type": "object", "required": ["status"]})))
            .or(503, "Not ready", json(json!({"type": "object", "required": ["status", "reasons"]}))),
        Operation::new(Method::GET, "/metrics", "metrics", TAG, "Figures in the format of Prometheus")
            .contents(200, json!({"text/plain": {"schema": {"type": "string"}}})),
        Operation::new(Method::GET, "/openapi.json", "openapi", TAG, "This document")
            .contents(200, json(json!({"type": "object", "required": ["openapi", "paths"]}))),
    ]
}
