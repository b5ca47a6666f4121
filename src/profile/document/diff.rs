//! What differs between two versions of a profile, field by field. Secrets are never shown.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::{Secrets, write};
use crate::profile::Profile;

/// Fields that do not describe what a profile does.
const NOT_COMPARED: [&str; 3] = ["profile_id", "created_at", "modified_at"];

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Its path, such as `retry.count` or `headers.X-Shop`.
    pub field: String,
    /// The value before, without secrets; none if there was none.
    pub before: Option<Value>,
    /// The value afterwards, without secrets; none if there is none.
    pub after: Option<Value>,
    /// Whether it is a secret, or contains one.
    pub is_secret: bool,
}

/// The fields in which two versions of a profile differ, in the order of the document.
#[must_use]
pub fn diff(before: &Profile, after: &Profile) -> Vec<FieldChange> {
    let documents = |secrets| {
        let mut both = [write(before, secrets), write(after, secrets)];
        for members in both.iter_mut().filter_map(Value::as_object_mut) {
            members.retain(|name, _| !NOT_COMPARED.contains(&name.as_str()));
        }
        both
    };
    let [shown, hidden] = [Secrets::Shown, Secrets::Hidden].map(documents);
    value_changes("", sides(&shown), sides(&hidden))
}

/// All fields of a new profile, in the order of the document.
#[must_use]
pub fn fields(profile: &Profile) -> Vec<FieldChange> {
    let document = |secrets| {
        let mut document = write(profile, secrets);
        if let Some(members) = document.as_object_mut() {
            members.retain(|name, _| !NOT_COMPARED.contains(&name.as_str()));
        }
        document
    };
    let [shown, hidden] = [Secrets::Shown, Secrets::Hidden].map(document);
    value_changes("", (None, Some(&shown)), (None, Some(&hidden)))
}

/// A value before and afterwards; none if there is none.
pub type Sides<'a> = (Option<&'a Value>, Option<&'a Value>);

fn sides(both: &[Value; 2]) -> Sides<'_> {
    (Some(&both[0]), Some(&both[1]))
}

/// What differs in a value with this path, from objects member by member: by the values as they are, and shown without
/// their secrets.
#[must_use]
pub fn value_changes(path: &str, values: Sides<'_>, without_secrets: Sides<'_>) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(path, values, without_secrets, &mut changes);
    changes
}

fn compare(path: &str, values: Sides<'_>, hidden: Sides<'_>, changes: &mut Vec<FieldChange>) {
    if values.0 == values.1 {
        return;
    }
    let is_object = |side: Option<&Value>| side.is_none_or(Value::is_object);
    if is_object(values.0) && is_object(values.1) {
        let members = [values.0, values.1].into_iter().flatten().filter_map(Value::as_object);
        let names: IndexSet<&String> = members.flat_map(Map::keys).collect();
        for name in names {
            let dot = if path.is_empty() { "" } else { "." };
            compare(&format!("{path}{dot}{name}"), member(values, name), member(hidden, name), changes);
        }
        return;
    }
    let [before, after] = [hidden.0, hidden.1].map(Option::<&Value>::cloned);
    changes.push(FieldChange { field: path.to_owned(), before, after, is_secret: values != hidden });
}

/// A member of both.
fn member<'a>((before, after): Sides<'a>, name: &str) -> Sides<'a> {
    (before.and_then(|value| value.get(name)), after.and_then(|value| value.get(name)))
}

impl FieldChange {
    /// As JSON: `field`, `before` and `after`, and `secret` if values are left out.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut document = Map::new();
        let value = |side: &Option<Value>| side.clone().unwrap_or(Value::Null);
        document.insert("field".to_owned(), Value::from(self.field.as_str()));
        document.insert("before".to_owned(), value(&self.before));
        document.insert("after".to_owned(), value(&self.after));
        if self.is_secret {
            document.insert("secret".to_owned(), Value::Bool(true));
        }
        Value::Object(document)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::document::Document;
    use crate::profile::{Identity, ProfileId, Region, Rules};

    fn profile(more: Value) -> Profile {
        let mut document = json!({"title": "Order SMS", "url": "https://hooks.example/a"});
        let Value::Object(more) = more else { panic!("an object") };
        more.into_iter().for_each(|(name, value)| document[name] = value);
        let (id, at) = (ProfileId::new(Region::In, uuid::Uuid::nil()), jiff::Timestamp::UNIX_EPOCH);
        let identity = Identity { id, created_at: at, modified_at: at };
        Document::read(document).unwrap().draft.check(Rules::STORED, identity).unwrap()
    }

    fn changes(before: Value, after: Value) -> Vec<String> {
        let value = |side: &Option<Value>| side.as_ref().map_or("-".to_owned(), Value::to_string);
        let line = |change: &FieldChange| {
            let secret = if change.is_secret { " secret" } else { "" };
            format!("{}: {} {}{secret}", change.field, value(&change.before), value(&change.after))
        };
        diff(&profile(before), &profile(after)).iter().map(line).collect()
    }

    #[test]
    fn each_field_is_named_once() {
        assert_eq!(changes(json!({}), json!({})), [""; 0]);
        assert_eq!(
            changes(
                json!({"headers": {"X-A": "1", "X-B": "2"}, "http2": true}),
                json!({"url": "https://hooks.example/b", "headers": {"X-A": "3", "X-C": "4"},
                       "retry": {"count": 1, "interval_s": 5, "timeout_ms": 1000}}),
            ),
            [
                "url: \"https://hooks.example/a\" \"https://hooks.example/b\"",
                "headers.X-A: \"1\" \"3\"",
                "headers.X-B: \"2\" -",
                "headers.X-C: - \"4\"",
                "retry.count: 0 1",
                "retry.interval_s: - 5",
                "retry.timeout_ms: - 1000",
                "retry.backoff: - \"exponential\"",
                "http2: true -",
            ]
        );
    }

    #[test]
    fn secrets_are_not_shown() {
        let basic = |password: &str| json!({"auth": {"type": "basic", "user": "me", "password": password}});
        assert_eq!(changes(basic("hush1"), basic("hush2")), ["auth.password: null null secret"]);
        let key = json!({"auth": {"type": "api-key", "header": "api-key", "key": "hush"}});
        let all = changes(json!({"headers": {"X-Token": "hush"}}), key).concat();
        assert!(!all.contains("hush"), "{all}");
        let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
        assert_eq!(changes(json!({}), json!({"signing_secret": secret})), ["signing_secret: - null secret"]);
    }
}
