//! Members that an update resets to their defaults because the document does not mention them, beside those that
//! [`RemovedPart`](super::RemovedPart) names as a whole.

use std::collections::HashSet;

use indexmap::IndexSet;
use serde_json::Value;

use super::{Document, Secrets, write};
use crate::profile::Profile;

/// Members whose own members have defaults.
const NESTED: [&str; 4] = ["auth", "enc", "retry", "tls"];

/// The paths that a document mentions, one or two names long. Null mentions nothing.
pub(super) fn mentioned(document: &Value) -> HashSet<String> {
    let mut all = HashSet::new();
    for (name, value) in document.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        all.insert(name.clone());
        if NESTED.contains(&name.as_str()) {
            let inner = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            all.extend(inner.map(|(inner, _)| format!("{name}.{inner}")));
        }
    }
    all
}

impl Document {
    /// What an update resets, in sentences such as `http_method set to "POST": the document has no value for it`.
    #[must_use]
    pub fn fallbacks(&self, stored: &Profile, made: &Profile) -> Vec<String> {
        let (before, after) = (write(stored, Secrets::Hidden), write(made, Secrets::Hidden));
        let mut notes = Vec::new();
        let mut compare = |path: &str, before: Option<&Value>, after: Option<&Value>| {
            if before == after || self.mentioned.contains(path) {
                return;
            }
            let what = match after {
                Some(value) if !is_empty(value) => format!("{path} set to {value}"),
                _ => format!("{path} removed"),
            };
            notes.push(format!("{what}: the document has no value for it"));
        };
        for name in ["events", "http_method"] {
            compare(name, before.get(name), after.get(name));
        }
        for name in NESTED.into_iter().filter(|name| self.mentioned.contains(*name)) {
            let (Some(Value::Object(before)), Some(Value::Object(after))) =
                (before.get(name), after.get(name))
            else {
                continue;
            };
            // Another kind of authentication, and the end of retries, explain the rest.
            if name == "auth" && before.get("type") != after.get("type") {
                continue;
            }
            let names: IndexSet<&String> = before.keys().chain(after.keys()).collect();
            let has_ended = name == "retry" && after.get("count") == Some(&Value::from(0));
            for inner in names.into_iter().filter(|inner| !has_ended || *inner == "count") {
                compare(&format!("{name}.{inner}"), before.get(inner), after.get(inner));
            }
        }
        notes
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::{Identity, ProfileId, Region, Rules};

    fn made(document: &Document) -> Profile {
        let (id, at) = (ProfileId::new(Region::In, uuid::Uuid::nil()), jiff::Timestamp::UNIX_EPOCH);
        document.draft.check(Rules::STORED, Identity { id, created_at: at, modified_at: at }).unwrap()
    }

    fn reset(stored: &Value, update: &Value) -> Vec<String> {
        let whole = |more: &Value| {
            let mut all = json!({"title": "Order SMS", "url": "https://hooks.example/a"});
            more.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
            all
        };
        let stored = made(&Document::read(whole(stored)).unwrap());
        let mut document = Document::read(whole(update)).unwrap();
        document.keep_secrets(&stored);
        let notes = document.fallbacks(&stored, &made(&document));
        let end = ": the document has no value for it";
        notes.iter().map(|note| note.strip_suffix(end).unwrap().to_owned()).collect()
    }

    #[test]
    fn what_is_reset_is_named_unless_the_document_says_so() {
        let retry = json!({"retry": {"count": 2, "interval_s": 5, "timeout_ms": 1000}, "http_method": "GET"});
        assert_eq!(
            reset(&retry, &json!({"retry": {}})),
            ["http_method set to \"POST\"", "retry.count set to 0"]
        );
        assert_eq!(reset(&retry, &json!({"retry": {"count": 0}, "http_method": "POST"})), [""; 0]);
        let auth = json!({"auth": {"type": "oauth2", "token_url": "https://auth.example/t", "client_id": "me",
            "client_secret": "hush", "sent_as": "basic", "scope": "a", "fields": {"audience": "x"}}});
        let mut less = auth.clone();
        less["auth"] = json!({"type": "oauth2", "token_url": "https://auth.example/t", "client_id": "me"});
        assert_eq!(
            reset(&auth, &less),
            ["auth.sent_as set to \"body\"", "auth.scope removed", "auth.fields removed"]
        );
        assert_eq!(reset(&auth, &json!({"auth": {"type": "none"}})), [""; 0]);
        let enc = json!({"enc": {"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY",
            "parameters": ["id"]}});
        assert_eq!(reset(&enc, &json!({"enc": {"algo": "AES-128-CFB"}})), ["enc.parameters removed"]);
        assert_eq!(reset(&enc, &json!({})), [""; 0], "a part that is removed as a whole is reported as such");
    }
}
