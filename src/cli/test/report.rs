//! A test as one JSON object (design, section 3).

use serde_json::{Map, Value, json};

use crate::callback::Callback;
use crate::delivery::{Attempt, Details};
use crate::profile::Choice;

/// The delivery with its request and its attempts. `request` is null when none could be made.
pub(super) fn document(details: &Details) -> Value {
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
        "headers": headers(&callback.headers),
        "body": String::from_utf8_lossy(&callback.body),
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "n": attempt.n,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration_ms,
        "status": attempt.status,
        "error": attempt.error.as_ref().map(|e| json!({"class": e.class.name(), "message": e.message})),
        "response_headers": headers(&attempt.response_headers),
        "response_body": String::from_utf8_lossy(&attempt.response_body),
    })
}

/// Headers as an object. One that comes twice has an array, as `receive --json` has it.
fn headers(headers: &[(String, String)]) -> Value {
    let mut members = Map::new();
    for (name, value) in headers {
        match members.get_mut(name) {
            None => {
                members.insert(name.clone(), json!(value));
            }
            Some(Value::Array(values)) => values.push(json!(value)),
            Some(one) => *one = json!([one.take(), value]),
        }
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_come_again_have_an_array() {
        let pairs = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(headers(&pairs), json!({"a": ["1", "3", "4"], "b": "2"}));
    }
}
