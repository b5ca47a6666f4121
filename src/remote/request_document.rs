//! The members of a profile as they are sent to an account. Pure.

use serde_json::{Map, Value, json};

use super::content::{CARRIED, Content, Dialect};
use crate::profile::document::{Secrets, body_type, export};
use crate::profile::{Iv, Profile, Status};

/// Why a profile cannot be sent.
pub(super) fn unsendable(profile: &Profile, dialect: Dialect, members: &[String]) -> Option<String> {
    let is_random = profile.encryption.as_ref().is_some_and(|enc| enc.iv == Iv::Random);
    let sends_enc = members.iter().any(|member| member == "enc");
    let why = "enc.random_iv: the platform's API carries no random vectors: set an IV, or keep the profile here alone";
    (is_random && sends_enc && dialect == Dialect::Platform).then(|| why.to_owned())
}

/// The members that an account carries of a new profile.
pub(super) fn carried(content: &Content, dialect: Dialect) -> Vec<String> {
    let mut members: Vec<String> = CARRIED.iter().map(|member| (*member).to_owned()).collect();
    let further = content.names().filter(|name| dialect.carries(name) && !CARRIED.contains(name));
    members.extend(further.map(str::to_owned));
    members
}

/// These members, as the API takes them: headers as text (public page), a member that is as in a new profile with that
/// value.
pub(super) fn request_document(profile: &Profile, dialect: Dialect, members: &[String]) -> Value {
    let all = export(profile, Secrets::Shown);
    let mut document = Map::new();
    for member in members {
        let value = all.get(member).cloned().unwrap_or(Value::Null);
        let value = match (member.as_str(), value) {
            ("headers", Value::Object(headers)) => Value::from(Value::Object(headers).to_string()),
            ("headers", Value::Null) => json!("{}"),
            ("enc", Value::Object(mut enc)) if dialect == Dialect::Platform => {
                enc.shift_remove("random_iv");
                Value::Object(enc)
            }
            ("body", Value::Null) => json!(""),
            // That this side has disabled it is no news for another that sends; a new one must not send at once.
            ("status", _) if profile.status == Status::AutoDisabled => json!(Status::Disabled.number()),
            ("signing_secrets", Value::Null) => {
                // A single one is written without a list.
                all.get("signing_secret").map_or_else(|| json!([]), |secret| json!([secret]))
            }
            (_, value) => value,
        };
        if member == "body" {
            document.insert("body_type".to_owned(), json!(body_type(profile.body.form())));
        }
        document.insert(member.clone(), value);
    }
    if let (Dialect::Ringback, Some(literal)) = (dialect, all.get("literal_braces")) {
        document.insert("literal_braces".to_owned(), literal.clone());
    }
    Value::Object(document)
}
