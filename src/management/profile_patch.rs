//! A change of some members of a profile: what is absent stays.

use serde_json::{Map, Value, json};

use crate::profile::Profile;
use crate::profile::document::{Secrets, export};

/// Members that only responses have.
const OF_RESPONSES: [&str; 6] =
    ["created_at", "modified_at", "paused_since", "auto_disabled", "health", "notes"];

/// Members that every profile has: null is no value of theirs, and changes nothing.
const MANDATORY: [&str; 6] = ["title", "channel", "events", "http_method", "url", "status"];

/// Members that are objects of settings, of which a part may be given.
const NESTED: [&str; 4] = ["retry", "auth", "enc", "tls"];

/// Secrets in those: null keeps the stored one, as in a document.
const SECRETS: [&str; 4] = ["password", "key", "client_secret", "IV"];

/// The document of a stored profile, secrets included, with these members in place of its own. A part of `retry`,
/// `auth`, `enc` or `tls` changes that part, unless the kind of authentication changes or retries end; null removes
/// such a member. `headers` and `events` are replaced as a whole. Members that only responses have are ignored, so
/// that a response can be sent back.
#[must_use]
pub fn patched(stored: &Profile, patch: Map<String, Value>) -> Value {
    let mut document = export(stored, Secrets::Shown);
    if let Some(kept) = document.as_object_mut() {
        // Each of them replaces all stored secrets.
        for (given, other) in [("signing_secret", "signing_secrets"), ("signing_secrets", "signing_secret")] {
            if patch.contains_key(given) && !patch.contains_key(other) {
                kept.shift_remove(other);
            }
        }
    }
    for (name, value) in patch {
        if OF_RESPONSES.contains(&name.as_str()) || value.is_null() && MANDATORY.contains(&name.as_str()) {
            continue;
        }
        match (value, document.get_mut(&name)) {
            (Value::Object(given), Some(Value::Object(kept)))
                if NESTED.contains(&name.as_str()) && is_part(&name, &given, kept) =>
            {
                overlay(kept, given);
            }
            (value, _) => document[&name] = value,
        }
    }
    document
}

/// Whether an object changes a part of the stored one, and does not replace it.
fn is_part(name: &str, given: &Map<String, Value>, kept: &Map<String, Value>) -> bool {
    match name {
        "auth" => given.get("type").is_none_or(|kind| Some(kind) == kept.get("type")),
        "retry" => given.get("count") != Some(&json!(0)),
        _ => true,
    }
}

fn overlay(kept: &mut Map<String, Value>, given: Map<String, Value>) {
    if given.get("random_iv") == Some(&Value::Bool(true)) {
        kept.shift_remove("IV");
    }
    for (name, value) in given {
        if !(value.is_null() && SECRETS.contains(&name.as_str())) {
            kept.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::document::Document;
    use crate::profile::{Identity, Rules};

    fn stored() -> Profile {
        let document = Document::read(json!({
            "profile_id": "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "title": "Order SMS", "channel": "sms",
            "events": ["sms-send"], "url": "https://hooks.example/cb", "body": "{\"id\": \"<id>\"}",
            "headers": {"X-Api-Key": "hush", "X-Tenant": "north"},
            "auth": {"type": "basic", "user": "me", "password": "hush"},
            "enc": {"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY"},
            "retry": {"count": 2, "interval_s": 10, "timeout_ms": 5000}, "signing_secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
            "status": 3,
        }))
        .unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let identity = Identity { id: document.id.clone().unwrap(), created_at: now, modified_at: now };
        document.draft.check(Rules::STORED, identity).unwrap()
    }

    fn after(patch: Value) -> Value {
        let Value::Object(patch) = patch else { panic!("an object") };
        let stored = stored();
        let document = patched(&stored, patch);
        let mut document = Document::import(document, &|_| false).unwrap();
        document.keep_secrets(&stored);
        assert!(document.left_out.is_empty(), "{:?}", document.left_out);
        let now = jiff::Timestamp::UNIX_EPOCH;
        let identity = Identity { id: document.id.clone().unwrap(), created_at: now, modified_at: now };
        export(&document.draft.check(Rules::STORED, identity).unwrap(), Secrets::Shown)
    }

    /// What a patch changes.
    fn changed(patch: Value) -> Value {
        let (before, after) = (export(&stored(), Secrets::Shown), after(patch));
        let names = before.as_object().unwrap().keys().chain(after.as_object().unwrap().keys());
        let differ = names.filter(|name| before.get(*name) != after.get(*name));
        differ.map(|name| (name.clone(), after[name].clone())).collect::<Map<_, _>>().into()
    }

    #[test]
    fn what_is_absent_stays() {
        assert_eq!(changed(json!({})), json!({}));
        assert_eq!(changed(json!({"title": "Orders"})), json!({"title": "Orders"}));
        assert_eq!(changed(json!({"title": null, "status": null})), json!({}));
        assert_eq!(changed(json!({"status": 1})), json!({"status": 1}));
        assert_eq!(changed(json!({"enc": null})), json!({"enc": null}));
    }

    #[test]
    fn either_member_replaces_all_signing_secrets() {
        let (old, new) = ("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let rotated = after(json!({"signing_secrets": [new, null]}));
        assert_eq!(
            (&rotated["signing_secret"], &rotated["signing_secrets"]),
            (&json!(new), &json!([new, old]))
        );
        assert_eq!(changed(json!({"signing_secret": new})), json!({"signing_secret": new}));
        assert_eq!(changed(json!({"signing_secret": null})), json!({}));
        assert_eq!(after(json!({"signing_secrets": []})).get("signing_secret"), None);
    }

    #[test]
    fn a_response_can_be_sent_back() {
        let mut response = export(&stored(), Secrets::Hidden);
        response["paused_since"] = json!("2025-04-17T13:05:20Z");
        response["auto_disabled"] = json!({});
        response["health"] = json!({"state": "failing"});
        response["body_type"] = json!("json");
        response["notes"] = json!(["url: shown and logged"]);
        response["headers"] = json!(response["headers"].to_string());
        assert_eq!(changed(response), json!({}));
    }

    #[test]
    fn a_part_of_an_object_changes_that_part() {
        let retry = |retry: Value| changed(json!({"retry": retry}))["retry"].clone();
        assert_eq!(
            retry(json!({"count": 1})),
            json!({"count": 1, "interval_s": 10, "timeout_ms": 5000, "backoff": "fixed"})
        );
        assert_eq!(retry(json!({"count": 0})), json!({"count": 0}));
        assert_eq!(
            changed(json!({"auth": {"user": "you", "password": null}})),
            json!({"auth": {"type": "basic", "user": "you", "password": "hush"}})
        );
        let bearer = json!({"type": "api-key", "header": "X-Key", "key": "hush2"});
        assert_eq!(changed(json!({"auth": bearer})), json!({"auth": bearer}));
        let enc = changed(json!({"enc": {"random_iv": true}}))["enc"].clone();
        assert_eq!((&enc["random_iv"], &enc["key"]), (&json!(true), &json!("K1abcdefghijkl2P")));
    }

    #[test]
    fn headers_are_replaced_and_their_secrets_kept() {
        let headers = changed(json!({"headers": {"X-Api-Key": null}}));
        assert_eq!(headers, json!({"headers": {"X-Api-Key": "hush"}}));
    }
}
