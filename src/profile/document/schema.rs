//! The JSON Schema of what `profiles apply` reads, for editors and checks. `check` decides what is valid; the schema
//! says as much of it as a schema can.

use serde_json::{Value, json};

use crate::profile::sizes::{BODY, EXPIRES_AFTER_S, SIGNING_SECRETS, URL};
use crate::profile::{
    Algorithm, AuthKind, AutoEnable, Backoff, Channel, Choice, DataFormat, Event, IV_BYTES, Method, Pacing,
    RateLimit, RetryPolicy, SentAs, Title,
};

/// The schema, in the dialect 2020-12: one profile, or an array of profiles.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Callback profiles of Ringback",
        "description": "What `ringback profiles apply` reads: one profile, or an array of profiles. Any member may be \
            null, which is the same as leaving it out; for a secret, null keeps the stored one.",
        "oneOf": [{"$ref": "#/$defs/profile"}, {"type": "array", "items": {"$ref": "#/$defs/profile"}}],
        "$defs": {
            "profile": profile(), "auth": auth(), "enc": enc(), "retry": retry(), "tls": tls(),
            "rows": {
                "type": ["object", "string", "null"], "additionalProperties": {"type": ["string", "null"]},
                "description": "Names and values, or the JSON of such an object in a string",
            },
        },
    })
}

/// An object of these members, no other ones.
fn object(description: &str, members: &Value) -> Value {
    json!({
        "type": ["object", "null"], "description": description, "additionalProperties": false,
        "properties": members,
    })
}

fn choice<C: Choice>(description: &str) -> Value {
    let names: Vec<Value> = C::ALL.iter().map(|choice| json!(choice.name())).chain([Value::Null]).collect();
    json!({"enum": names, "description": description})
}

fn text(description: &str) -> Value {
    json!({"type": ["string", "null"], "description": description})
}

fn switch(description: &str) -> Value {
    json!({"type": ["boolean", "null"], "description": description})
}

fn integer((least, most): (u32, u32), description: &str) -> Value {
    json!({"type": ["integer", "null"], "minimum": least, "maximum": most, "description": description})
}

fn time(description: &str) -> Value {
    json!({"type": ["string", "null"], "format": "date-time", "description": description})
}

fn profile() -> Value {
    let whatsapp =
        json!({"properties": {"channel": {"const": Channel::Whatsapp.name()}}, "required": ["channel"]});
    json!({
        "type": "object",
        "required": ["title", "url"],
        "additionalProperties": false,
        "properties": members(),
        "allOf": [{
            "if": whatsapp,
            "then": {"required": ["events"], "properties": {"events": {"type": "array", "minItems": 1}}},
        }],
        "examples": [{
            "title": "Order SMS", "channel": "sms", "url": "https://hooks.example/sms",
            "body": "{\"id\": \"<id>\", \"status\": \"<status>\"}",
            "retry": {"count": 2, "interval_s": 10, "timeout_ms": 5000},
        }],
    })
}

fn members() -> Value {
    let events: Vec<&str> = Event::ALL.iter().map(|event| event.name()).collect();
    let mut all = json!({
        "profile_id": text("The ID: assigned to a new profile; a stored profile with it is updated"),
        "title": {
            "type": "string", "minLength": Title::MIN, "maxLength": Title::MAX, "pattern": "^[A-Za-z0-9 _-]+$",
            "description": "Letters, digits, spaces, hyphens and underscores", "examples": ["Order SMS"],
        },
        "channel": choice::<Channel>("Which events and variables there are; cannot be changed later"),
        "events": {
            "type": ["array", "null"], "items": {"enum": events},
            "description": "Events of the channel; required for whatsapp, which has several",
        },
        "http_method": choice::<Method>("POST unless given"),
        "url": {
            "type": "string", "minLength": 1, "maxLength": URL, "pattern": "^\\s*[Hh][Tt][Tt][Pp][Ss]?://",
            "description": "The endpoint: https, or http to this machine; placeholders may be in path and query",
            "examples": ["https://hooks.example/sms?id=<id>"],
        },
        "body": {
            "type": ["string", "null"], "maxLength": BODY,
            "description": "The template of the body: JSON, pairs, XML, HTML or text; not sent with GET and DELETE",
            "examples": ["{\"id\": \"<id>\", \"status\": \"<status>\"}", "id=<id>&status=<status>"],
        },
        "data_format": choice::<DataFormat>("How the body is sent; detected from the body unless given"),
        "headers": {"$ref": "#/$defs/rows"},
        "auth": {"$ref": "#/$defs/auth"},
        "enc": {"$ref": "#/$defs/enc"},
        "retry": {"$ref": "#/$defs/retry"},
        "signing_secret": text("whsec_ and base64: adds a webhook-signature by Standard Webhooks"),
        "signing_secrets": {
            "type": ["array", "null"], "maxItems": SIGNING_SECRETS, "items": {"type": ["string", "null"]},
            "description": "Several while one is replaced, the current one first; each null keeps the next stored one",
        },
        "tls": {"$ref": "#/$defs/tls"},
        "http2": switch("Offer HTTP/2"),
        "expires_after_s": integer(EXPIRES_AFTER_S, "Seconds after which a delivery is no longer sent"),
        "max_in_flight": integer(Pacing::MAX_IN_FLIGHT, "The most attempts in flight at a time"),
        "rate_limit": {
            "type": ["number", "null"], "minimum": 0.001, "maximum": RateLimit::MOST,
            "description": "The most attempts per second, with up to three decimals",
        },
        "ordered": switch("Send events one at a time, in the order of acceptance"),
        "auto_enable": choice::<AutoEnable>("How the profile is enabled after it was auto-disabled"),
        "status": {"enum": [1, 2, 3, null], "description": "1 active, 2 auto-disabled, 3 disabled"},
    });
    for (name, value) in [
        ("literal_braces", switch("With the channel voice: {name} is text, not a placeholder")),
        ("created_at", time("Written by export; kept by a new profile that has an ID")),
        ("modified_at", time("Written by export; kept by a new profile that has an ID")),
        ("body_type", json!({"description": "Of the platform; not used"})),
        ("response_message", json!({"description": "Of the platform; not used"})),
    ] {
        all[name] = value;
    }
    all
}

fn auth() -> Value {
    let mut all = object(
        "Authentication: basic, an API key in a header, or a token by OAuth 2.0 client credentials",
        &json!({
            "type": choice::<AuthKind>("The kind; none unless given"),
            "user": text("basic: the user"),
            "password": text("basic: the password; secret"),
            "header": text("api-key: the name of the header"),
            "key": text("api-key: the key; secret"),
            "token_url": text("oauth2: where the token is fetched"),
            "client_id": text("oauth2: the client"),
            "client_secret": text("oauth2: the client's secret"),
            "sent_as": choice::<SentAs>("oauth2: where client and secret are sent"),
            "scope": text("oauth2: the scope"),
            "fields": {"$ref": "#/$defs/rows"},
            "headers": {"$ref": "#/$defs/rows"},
        }),
    );
    let requires = |kind: &str, names: &[&str]| json!({"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": {"required": names}});
    all["allOf"] = json!([requires("api-key", &["header"]), requires("oauth2", &["token_url", "client_id"])]);
    all
}

fn enc() -> Value {
    object(
        "Encryption of the values of variables",
        &json!({
            "algo": choice::<Algorithm>("AES-256-CFB unless given"),
            "key": text("16, 24 or 32 characters, as the algorithm needs; secret"),
            "IV": {
                "type": ["string", "null"], "maxLength": IV_BYTES,
                "description": "The initialization vector: 16 characters; secret",
            },
            "random_iv": switch("A fresh vector for each value, sent before the ciphertext"),
            "parameters": {
                "type": ["array", "null"], "items": {"type": "string"},
                "description": "The variables whose values are encrypted; none means all",
            },
        }),
    )
}

fn retry() -> Value {
    let most = Channel::ALL.iter().map(|channel| channel.most_retries()).max().unwrap_or_default();
    let mut all = object(
        "Retries after a failed attempt",
        &json!({
            "count": integer((0, most.into()), "0, 1 or 2; more needs the setting extended_retries"),
            "interval_s": integer(RetryPolicy::INTERVAL_S, "Seconds between attempts; required with retries"),
            "timeout_ms": integer(RetryPolicy::TIMEOUT_MS, "Milliseconds of an attempt; required with retries"),
            "backoff": choice::<Backoff>("exponential with the channel default, else fixed"),
        }),
    );
    all["if"] = json!({"properties": {"count": {"type": "integer", "minimum": 1}}, "required": ["count"]});
    all["then"] = json!({"required": ["interval_s", "timeout_ms"]});
    all
}

fn tls() -> Value {
    object(
        "Absolute paths of PEM files",
        &json!({
            "ca_file": text("Authorities that are trusted in addition to the system's"),
            "client_certificate": text("The certificate presented to servers that request one, with its chain"),
            "client_key": text("Its key, if that is not in the same file"),
        }),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::profile::document::Document;

    /// The members that the reader accepts at a place, from its error about an unknown one.
    fn accepted(place: &str) -> BTreeSet<String> {
        let unknown = json!({"no such": 1});
        let document = if place.is_empty() { unknown } else { json!({place: unknown}) };
        let error = Document::read(document).unwrap_err().to_string();
        error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn it_has_the_members_that_are_read_and_each_has_a_description() {
        let all = schema();
        let of_platform = ["body_type", "response_message"];
        for (place, definition) in
            [("", "profile"), ("auth", "auth"), ("enc", "enc"), ("retry", "retry"), ("tls", "tls")]
        {
            let members = all["$defs"][definition]["properties"].as_object().unwrap();
            let names: BTreeSet<String> =
                members.keys().filter(|name| !of_platform.contains(&name.as_str())).cloned().collect();
            assert_eq!(names, accepted(place), "{definition}");
            for (name, member) in members {
                assert!(member.get("description").or(member.get("$ref")).is_some(), "{definition}.{name}");
            }
        }
    }
}
