//! The profiles whose receivers are run.

use serde_json::{Value, json};

const CURRENT: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLDER: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const OTHER: &str = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";
const OTHER_AND_OLDER: &str =
    " whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB  whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3 ";
const KEY: &str = "K1abcdefghijkl2Pmnopqrstuvwxyz01";
const IV: &str = "POabcdefghijklLY";
const JSON: &str = r#"{"id": "<id>", "status": "<status>"}"#;
const PAIRS: &str = "id=<id>&status=<status>";

/// A profile, and what its receiver knows.
pub struct Variant {
    pub name: &'static str,
    /// The document without title, channel and URL.
    pub document: Value,
    /// The query of the URL.
    pub query: &'static str,
    /// The environment of the receiver.
    pub secrets: Vec<(&'static str, &'static str)>,
    /// Members of the document with values that the receiver rejects.
    pub wrong: Vec<(&'static str, Value)>,
}

/// Each way of authentication, signing and encryption, and most formats.
pub fn variants() -> Vec<Variant> {
    let enc = |algo: &str, key: &str, iv: Value| {
        let random_iv = iv.is_null();
        json!({"algo": algo, "key": key, "IV": iv, "parameters": [], "random_iv": random_iv})
    };
    let variant = |name, document, secrets: &[_], wrong: &[_]| Variant {
        name,
        document,
        query: "",
        secrets: secrets.to_vec(),
        wrong: wrong.to_vec(),
    };
    vec![
        variant("open", json!({"body": JSON}), &[], &[]),
        variant(
            "signed",
            json!({"body": JSON, "signing_secrets": [CURRENT, OLDER]}),
            // The receiver does not have the current one yet.
            &[("CALLBACK_SIGNING_SECRETS", OTHER_AND_OLDER)],
            &[("/signing_secrets", json!([CURRENT]))],
        ),
        variant(
            "sealed",
            json!({
                "body": JSON, "signing_secret": CURRENT, "enc": enc("AES-256-GCM", KEY, json!(IV)),
                "auth": {"type": "basic", "user": "shop", "password": "pä ss:1"},
            }),
            &[
                ("CALLBACK_SIGNING_SECRETS", CURRENT),
                ("CALLBACK_BASIC_AUTH", "shop:pä ss:1"),
                ("CALLBACK_ENC_KEY", KEY),
                ("CALLBACK_ENC_IV", IV),
            ],
            &[
                ("/signing_secret", json!(OTHER)),
                ("/auth/password", json!("pä ss:2")),
                ("/enc/key", json!("K1abcdefghijkl2Pmnopqrstuvwxyz02")),
            ],
        ),
        Variant {
            query: "?id=<id>&status=<status>",
            ..variant(
                "key",
                json!({
                    "http_method": "GET", "enc": enc("AES-128-CFB", "K1abcdefghijkl2P", Value::Null),
                    "auth": {"type": "api-key", "header": "X-Api-Key", "key": "k€y"},
                }),
                &[("CALLBACK_API_KEY", "k€y"), ("CALLBACK_ENC_KEY", "K1abcdefghijkl2P")],
                &[("/auth/key", json!("k€z"))],
            )
        },
        variant(
            "form-data",
            json!({
                "body": PAIRS, "data_format": "form-data", "signing_secret": CURRENT,
                "enc": enc("AES-192-GCM", "K1abcdefghijkl2Pmnopqrst", Value::Null),
            }),
            &[("CALLBACK_SIGNING_SECRETS", CURRENT), ("CALLBACK_ENC_KEY", "K1abcdefghijkl2Pmnopqrst")],
            &[("/signing_secret", json!(OTHER))],
        ),
        variant(
            "url-encoded",
            json!({
                "body": PAIRS, "headers": {"X-Token": "t0k"},
                "enc": enc("AES-256-CFB", KEY, json!(IV)),
            }),
            &[("CALLBACK_API_KEY", "t0k"), ("CALLBACK_ENC_KEY", KEY), ("CALLBACK_ENC_IV", IV)],
            &[("/headers/X-Token", json!("t1k"))],
        ),
    ]
}
