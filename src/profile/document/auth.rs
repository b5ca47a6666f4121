//! Authentication in a profile's JSON.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{DocumentError, one_of, read_rows, set};
use crate::profile::auth::{Auth, AuthKind};
use crate::profile::choice::Choice as _;
use crate::profile::draft::Draft;
use crate::profile::field::Field;
use crate::profile::oauth2::{Extra, OAuth2, SentAs};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct Members {
    r#type: Option<String>,
    user: Option<String>,
    password: Option<String>,
    header: Option<String>,
    key: Option<String>,
    token_url: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    sent_as: Option<String>,
    scope: Option<String>,
    fields: Option<Value>,
    headers: Option<Value>,
}

pub(super) fn read(auth: Members, draft: &mut Draft, left_out: &mut Vec<Field>) -> Result<(), DocumentError> {
    set(&mut draft.auth_kind, auth.r#type);
    one_of::<AuthKind>("auth.type", &draft.auth_kind)?;
    match draft.auth_kind.as_str() {
        "basic" if auth.password.is_none() => left_out.push(Field::AuthPassword),
        "api-key" if auth.key.is_none() => left_out.push(Field::AuthKey),
        "oauth2" if auth.client_secret.is_none() => left_out.push(Field::AuthClientSecret),
        _ => {}
    }
    set(&mut draft.auth_user, auth.user);
    set(&mut draft.auth_password, auth.password);
    set(&mut draft.auth_header, auth.header);
    set(&mut draft.auth_key, auth.key);
    let oauth2 = &mut draft.oauth2;
    set(&mut oauth2.token_url, auth.token_url);
    set(&mut oauth2.client_id, auth.client_id);
    set(&mut oauth2.client_secret, auth.client_secret);
    set(&mut oauth2.sent_as, auth.sent_as);
    one_of::<SentAs>("auth.sent_as", &oauth2.sent_as)?;
    set(&mut oauth2.scope, auth.scope);
    if let Some(fields) = auth.fields {
        oauth2.fields = read_rows(fields, "auth.fields", Field::TokenFieldValue, left_out)?;
    }
    if let Some(headers) = auth.headers {
        oauth2.headers = read_rows(headers, "auth.headers", Field::TokenHeaderValue, left_out)?;
    }
    Ok(())
}

/// `secret` writes a secret, or hides it.
pub(super) fn write(auth: &Auth, secret: &dyn Fn(&str) -> Value) -> Option<Value> {
    match auth {
        Auth::None => None,
        Auth::Basic { user, password } => {
            Some(json!({"type": "basic", "user": user, "password": secret(password.reveal())}))
        }
        Auth::ApiKey { header, key } => {
            Some(json!({"type": "api-key", "header": header, "key": secret(key.reveal())}))
        }
        Auth::OAuth2(oauth2) => Some(write_oauth2(oauth2, secret)),
    }
}

fn write_oauth2(oauth2: &OAuth2, secret: &dyn Fn(&str) -> Value) -> Value {
    let rows = |extras: &[Extra]| -> Map<String, Value> {
        let value = |extra: &Extra| {
            let text = extra.value.reveal();
            if extra.is_secret() { secret(text) } else { json!(text) }
        };
        extras.iter().map(|extra| (extra.name.clone(), value(extra))).collect()
    };
    let mut out = json!({
        "type": "oauth2", "token_url": oauth2.token_url.as_str(), "client_id": oauth2.client_id,
        "client_secret": secret(oauth2.client_secret.reveal()), "sent_as": oauth2.sent_as.name(),
    });
    if let Some(scope) = &oauth2.scope {
        out["scope"] = json!(scope);
    }
    out["fields"] = Value::Object(rows(&oauth2.fields));
    out["headers"] = Value::Object(rows(&oauth2.headers));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::document::{Document, Secrets, write};
    use crate::profile::{Identity, Profile, Rules};

    fn sample() -> Value {
        json!({
            "profile_id": "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa", "title": "Order SMS",
            "channel": "sms", "url": "https://hooks.example/cb",
            "auth": {"type": "oauth2", "token_url": "https://auth.example/token", "client_id": "me",
                     "client_secret": "hush", "sent_as": "basic", "scope": "a b",
                     "fields": {"audience": "api", "assertion_key": "hush"},
                     "headers": {"X-Tenant": "north", "X-Api-Key": "hush"}},
        })
    }

    fn profile(document: &Document) -> Profile {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let id = document.id.clone().unwrap();
        let identity = Identity { id, created_at: now, modified_at: now };
        document.draft.check(Rules::default(), identity).unwrap()
    }

    #[test]
    fn documents_round_trip() {
        let read = profile(&Document::read(sample()).unwrap());
        assert_eq!(write(&read, Secrets::Shown)["auth"], sample()["auth"]);
    }

    #[test]
    fn secrets_are_hidden_and_kept() {
        let stored = profile(&Document::read(sample()).unwrap());
        let hidden = write(&stored, Secrets::Hidden);
        assert!(!hidden.to_string().contains("hush"), "{hidden}");
        assert_eq!(hidden["auth"]["headers"], json!({"X-Tenant": "north", "X-Api-Key": null}));
        let mut document = Document::read(hidden).unwrap();
        assert_eq!(document.left_out.len(), 3);
        document.keep_secrets(&stored);
        assert!(document.left_out.is_empty());
        assert_eq!(profile(&document), stored);
    }

    #[test]
    fn rows_of_another_type_are_reported_with_their_path() {
        for (name, value, expected) in [
            ("fields", json!([]), "auth.fields: must be an object"),
            ("headers", json!({"X-A": 1}), "auth.headers.X-A: the value must be a string"),
        ] {
            let mut json = sample();
            json["auth"][name] = value;
            let error = Document::read(json).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
