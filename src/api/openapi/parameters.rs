//! Parameters of queries and headers.

use serde_json::{Value, json};

/// A parameter of the query.
pub(super) fn query(name: &str, description: &str, schema: Value) -> Value {
    let mut all = json!({"name": name, "in": "query", "description": description});
    all["schema"] = schema;
    all
}

/// A time: `2h` ago, or a date and time.
pub(super) fn time(name: &str, description: &str) -> Value {
    let schema = json!({"type": "string", "examples": ["2h", "2025-04-17T14:02:10Z"]});
    query(name, description, schema)
}

/// The size of a page.
pub(super) fn limit(usual: u32, most: u32) -> Value {
    let schema = json!({"type": "integer", "minimum": 1, "maximum": most, "default": usual});
    query("limit", "The size of a page", schema)
}

/// The key that makes a request repeatable.
pub(super) fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header",
        "description": "A request with the key of an earlier one has the response of that one, for 24 hours",
        "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    })
}

/// The filter of deliveries.
pub(super) fn filter() -> Vec<Value> {
    let text = || json!({"type": "string"});
    vec![
        query(
            "state",
            "Only in this state, or pending or ended, or expired: failed with that class",
            super::schemas::state_filter(),
        ),
        query("profile", "Only of this profile: its id", text()),
        query("bulk", "Only those that this bulk retry retried or resent: its bulk_id", text()),
        query(
            "status",
            "Only if the last attempt ended like this: 404, 5xx, or a class such as timeout; several with commas, or \
             repeated, for any of them",
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        time("since", "Only accepted since then"),
        time("until", "Only accepted before then"),
        query("text", "Only if each word matches, as in `deliveries list --text`", text()),
    ]
}
