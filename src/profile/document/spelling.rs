//! Values that the platform writes in other forms than Ringback (our decision, as its pages show single examples only).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::json;
use crate::profile::{Channel, Choice, Method, Status};

/// Whether a value says nothing: null, or text, a list or an object without contents.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty() || text.trim() == "{}",
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Writes the members of a profile as Ringback does. Returns the names of those that have no such form and are removed.
pub(super) fn ours(members: &mut Map<String, Value>) -> Vec<String> {
    let mut removed = Vec::new();
    for name in ["enc", "headers", "events"] {
        if let Some(Value::String(text)) = members.get(name)
            && let Ok(value @ (Value::Object(_) | Value::Array(_))) = json::read(text)
        {
            members[name] = value;
        }
    }
    // No encryption and no headers have several spellings.
    // A header without a value is one whose secret is not returned.
    let has_rows = |name: &str, value: &Value| {
        name == "headers" && value.as_object().is_some_and(|rows| !rows.is_empty())
    };
    for name in ["enc", "headers"] {
        if members.get(name).is_some_and(|value| is_empty(value) && !has_rows(name, value)) {
            members.shift_remove(name);
        }
    }
    if let Some(Value::Object(rows)) = members.get_mut("headers") {
        for value in rows.values_mut().filter(|value| value.is_number() || value.is_boolean()) {
            *value = json!(value.to_string());
        }
    }
    named::<Channel>(members, "channel");
    named::<Method>(members, "http_method");
    if let Some(Value::String(text)) = members.get("status")
        && let Some(status) = status(text.trim())
    {
        members["status"] = json!(status.number());
    }
    for name in ["created_at", "modified_at"] {
        let is_time = |value: &Value| value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok());
        if members.get(name).is_some_and(|value| !value.is_null() && !is_time(value)) {
            members.shift_remove(name);
            removed.push(name.to_owned());
        }
    }
    removed
}

/// A choice in any case.
fn named<C: Choice>(members: &mut Map<String, Value>, name: &str) {
    if let Some(Value::String(text)) = members.get(name)
        && let Some(choice) = C::ALL.iter().find(|choice| choice.name().eq_ignore_ascii_case(text.trim()))
    {
        members[name] = json!(choice.name());
    }
}

/// A status as a number in text, or as its name.
fn status(text: &str) -> Option<Status> {
    let number = text.parse().ok().and_then(Status::from_number);
    number.or_else(|| Status::from_name(&text.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(profile: Value) -> (Value, Vec<String>) {
        let Value::Object(mut members) = profile else { panic!("an object") };
        let removed = ours(&mut members);
        (Value::Object(members), removed)
    }

    #[test]
    fn other_forms_of_a_value_are_read() {
        let (read, removed) = of(json!({
            "enc": "{\"algo\":\"AES-128-CFB\"}", "headers": "{\"X-Shop\":7,\"X-On\":true}", "channel": "SMS",
            "http_method": "post", "status": "3", "created_at": "2025-04-17T13:05:20Z", "modified_at": null,
        }));
        assert_eq!(
            read,
            json!({
                "enc": {"algo": "AES-128-CFB"}, "headers": {"X-Shop": "7", "X-On": "true"}, "channel": "sms",
                "http_method": "POST", "status": 3, "created_at": "2025-04-17T13:05:20Z", "modified_at": null,
            })
        );
        assert_eq!(removed, [""; 0]);
        assert_eq!(of(json!({"status": "Auto-Disabled"})).0, json!({"status": 2}));
    }

    #[test]
    fn no_encryption_has_several_spellings() {
        for none in [json!({}), json!(""), json!("{}"), Value::Null] {
            assert_eq!(of(json!({"enc": none, "headers": none})).0, json!({}), "{none}");
        }
        let none = json!({"algo": "", "key": null, "parameters": []});
        assert_eq!(of(json!({ "enc": none })).0, json!({}));
        let hidden = json!({"headers": {"X-Api-Key": null}});
        assert_eq!(of(hidden.clone()).0, hidden, "its value is kept, not the header removed");
    }

    #[test]
    fn what_has_no_such_form_stays_to_be_reported() {
        let odd = json!({"channel": "fax", "http_method": "PATCH", "status": "on", "headers": "X: 1", "enc": "AES"});
        assert_eq!(of(odd.clone()), (odd, vec![]));
        let (read, removed) = of(json!({"created_at": "17.04.2025", "modified_at": 1_744_895_120}));
        assert_eq!((read, removed), (json!({}), vec!["created_at".to_owned(), "modified_at".to_owned()]));
    }
}
