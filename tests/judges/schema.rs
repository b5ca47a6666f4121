//! The JSON Schema of profiles, with an independent validator.

use std::process::Command;

use serde_json::{Value, json};

use crate::python::{ask, python};
use crate::support::cli::Place;
use crate::support::needs::skip;

/// Profiles with every member.
fn documents() -> Value {
    json!([
        {"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/orders?id=<id>",
         "http_method": "PUT", "body": "{\"id\": \"<id>\"}", "data_format": "json",
         "headers": {"X-Token": "t", "X-Shop": "north"}, "auth": {"type": "api-key", "header": "api-key", "key": "k"},
         "enc": {"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY", "parameters": ["id"]},
         "retry": {"count": 2, "interval_s": 10, "timeout_ms": 5000}, "http2": true, "ordered": true,
         "signing_secrets": ["whsec_cmluZ2JhY2sgZGVtbyBzaWduaW5nIHNlY3JldA==", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
         "expires_after_s": 60, "max_in_flight": 3, "rate_limit": 0.125, "auto_enable": "probe", "status": 3},
        {"title": "Bookings", "channel": "whatsapp", "url": "https://hooks.example/wa",
         "events": ["message_status", "payment_status"], "auth": {"type": "basic", "user": "u", "password": "p"},
         "enc": {"key": "K1abcdefghijkl2Pmnopqrstuvwxyz01", "random_iv": true}},
        {"title": "Advanced", "url": "http://127.0.0.1:1/", "http_method": "GET",
         "auth": {"type": "oauth2", "token_url": "https://auth.example/token", "client_id": "c", "client_secret": "s",
                  "sent_as": "basic", "scope": "read", "fields": {"audience": "a"}, "headers": {"X-Tenant": "n"}}},
        {"title": "Calls", "channel": "voice", "url": "https://x.example/?a={id}", "literal_braces": true}
    ])
}

/// Each is refused by `apply` for a reason that a schema can express.
fn invalid() -> Vec<Value> {
    let with = |name: &str, value: Value| {
        let mut document = json!({"title": "Order SMS", "url": "https://hooks.example/a"});
        document[name] = value;
        document
    };
    vec![
        json!({"title": "Order SMS"}),
        json!({"url": "https://hooks.example/a"}),
        with("title", json!("x")),
        with("title", json!("a/b c")),
        with("url", json!("ftp://hooks.example")),
        with("colour", json!("red")),
        with("channel", json!("fax")),
        with("channel", json!("whatsapp")),
        with("events", json!(["no-such-event"])),
        with("http_method", json!("PATCH")),
        with("body", json!({"id": "<id>"})),
        with("headers", json!({"X-A": 1})),
        with("auth", json!({"type": "digest"})),
        with("auth", json!({"type": "api-key", "key": "k"})),
        with("enc", json!({"algo": "DES"})),
        with("retry", json!({"count": "1"})),
        with("retry", json!({"count": 1, "interval_s": 10})),
        with("retry", json!({"count": 1, "interval_s": 0, "timeout_ms": 5000})),
        with("signing_secrets", json!([1])),
        with("tls", json!({"ca": "/x"})),
        with("http2", json!("yes")),
        with("max_in_flight", json!(17)),
        with("rate_limit", json!(0)),
        with("auto_enable", json!("always")),
        with("status", json!(4)),
        with("expires_after_s", json!(0)),
        json!("Order SMS"),
    ]
}

#[test]
fn what_is_written_is_valid_and_what_is_refused_is_not() {
    let Some(python) = python("the schema of profiles") else { return };
    let has = Command::new(&python).args(["-c", "import jsonschema"]).output().unwrap();
    if !has.status.success() {
        skip("the schema of profiles goes unjudged: pip install -r tests/judges/requirements.txt");
        return;
    }
    let place = Place::new();
    place.apply(&documents());
    let mut valid = vec![documents(), json!([])];
    for args in [&["export", "--secrets"][..], &["export"]] {
        let all = place.run(&[&["profiles"], args].concat()).json();
        valid.extend(all.as_array().unwrap().clone());
        valid.push(all);
    }
    for channel in ["default", "voice", "sms", "email", "whatsapp"] {
        valid.push(place.run(&["profiles", "template", "--channel", channel]).json());
    }
    let invalid = invalid();
    for document in &invalid {
        place
            .run_with_input(&["profiles", "apply", "-"], &document.to_string())
            .refused(2, &["nothing was saved"]);
    }
    let schema = place.run(&["profiles", "schema"]).json();
    let lines: Vec<Value> = [vec![schema], valid.clone(), invalid.clone()].concat();
    let said = ask(&python, "validate_schema.py", &lines);
    let wanted =
        ["schema"].into_iter().chain(valid.iter().map(|_| "valid")).chain(invalid.iter().map(|_| "invalid"));
    for ((said, wanted), document) in said.iter().zip(wanted).zip(&lines) {
        assert_eq!(said, wanted, "{document}");
    }
    assert_eq!(said.len(), lines.len());
}
