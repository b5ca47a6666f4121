//! A test as one JSON object (design, section 3).

use serde_json::{Value, json};

use crate::callback::Callback;
use crate::profile::Choice;
use crate::receiver::headers_json;
use crate::record::{Attempt, Details};

/// The delivery with its request and its attempts. `request` is null if none could be made.
pub fn document(details: &Details) -> Value {
    let summary = &details.summary;
    json!({
        "delivery_id": summary.id.to_string(),
        "profile_id": summary.profile_id.as_str(),
        "event": summary.event.map(Choice::name),
        "state": summary.state.name(),
        "request": details.callback.as_ref().map(request),
        "attempts": details.attempts.iter().map(attempt).collect::<Value>(),
    })
}

fn request(callback: &Callback) -> Value {
    json!({
        "method": callback.method.name(),
        "url": callback.url,
        "headers": headers_json(&callback.headers),
        "body": String::from_utf8_lossy(&callback.body),
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "n": attempt.n,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration_ms,
        "address": attempt.address,
        "status": attempt.status,
        "error": attempt.error.as_ref().map(|e| json!({"class": e.class.name(), "message": e.message})),
        "response_headers": headers_json(&attempt.response_headers),
        "response_body": String::from_utf8_lossy(&attempt.response_body),
    })
}
