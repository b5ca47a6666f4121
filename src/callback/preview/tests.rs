use serde_json::json;

use super::*;
use crate::callback::test_samples::{header, profile, rendered, values};
use crate::callback::{Escaping, cipher};
use crate::profile::{Algorithm, Draft};

fn shown(profile: &Profile, values: &Values, origins: &Origins) -> Preview {
    let mut draw = |bytes: &mut [u8]| bytes.fill(b'r');
    let mut moment = Moment { delivery_id: "d1", unix_seconds: 1_700_000_000, random: &mut draw };
    preview(profile, values, origins, &mut moment).unwrap()
}

/// Placeholder, escaping and sent text, for the body.
fn reported(body: &str, format: &str, values: &Values) -> Vec<(String, Escaping, String)> {
    let mut profile = profile(|draft| body.clone_into(&mut draft.body));
    profile.data_format = crate::profile::DataFormat::from_name(format);
    let shown = shown(&profile, values, &Origins::new());
    let row = |v: &PreviewVariable| (v.used.path.as_str().to_owned(), v.used.escaping, v.used.sent.clone());
    shown.variables.iter().map(row).collect()
}

#[test]
fn the_preview_equals_the_rendered_request() {
    let profile = profile(|draft| {
        r#"{"id": "<id>", "n": <n>}"#.clone_into(&mut draft.body);
        draft.headers = vec![header("X-Ref", "<id>"), header("X-Token", "t-<id>")];
    });
    let values = values(json!({"id": "a\"b", "n": 1.50}));
    let shown = shown(&profile, &values, &Origins::new());
    assert_eq!(shown.callback, rendered(&profile, &values).unwrap());
    let agent = concat!("ringback/", env!("CARGO_PKG_VERSION"));
    let text = format!(
        "POST /cb HTTP/1.1\nuser-agent: {agent}\nwebhook-id: d1\ncontent-type: application/json\n\
         x-ref: a\"b\nx-token: ••••••••\nwebhook-timestamp: 1700000000\naccept: */*\n\
         accept-encoding: identity\nhost: x.example\ncontent-length: 24\n\n{{\"id\": \"a\\\"b\", \"n\": 1.5}}"
    );
    assert_eq!(shown.text(false), text);
    assert_eq!(shown.text(true), text.replace("••••••••", "t-a\"b"));
    assert_eq!(shown.bytes(), shown.text(true).replacen('\n', "\r\n", 12).into_bytes());
}

#[test]
fn each_value_has_its_origin_and_missing_ones_are_reported() {
    let profile = profile(|draft| {
        "https://x.example/<id>?n=<n>&own=<own>&e=<e>&gone=<id.x>".clone_into(&mut draft.endpoint);
    });
    let origins = Origins::from([
        ("id".to_owned(), ValueOrigin::Catalogue),
        ("n".to_owned(), ValueOrigin::Hand),
        ("own".to_owned(), ValueOrigin::Own),
    ]);
    let shown = shown(&profile, &values(json!({"id": "a", "n": 1, "own": "", "e": null})), &origins);
    let found: Vec<_> = shown.variables.iter().map(|v| v.origin).collect();
    let expected = [
        Some(ValueOrigin::Catalogue),
        Some(ValueOrigin::Hand),
        Some(ValueOrigin::Own),
        Some(ValueOrigin::Event),
        None,
    ];
    assert_eq!(found, expected);
    assert_eq!(shown.missing(), ["id.x"]);
}

#[test]
fn escaping_is_reported_by_position_and_format() {
    let values = values(json!({"a": "x\"&y", "o": {"k": [1]}, "n": 5}));
    let row = |path: &str, escaping, sent: &str| (path.to_owned(), escaping, sent.to_owned());
    let json = r#"{"w":"<a>","i":"-<a>","b":<n>,"d":{"x":"<a>"},"<a>":"<o>"}"#;
    assert_eq!(
        reported(json, "json", &values),
        [
            row("a", Escaping::JsonString, r#""x\"&y""#),
            row("a", Escaping::InJsonString, r#"x\"&y"#),
            row("n", Escaping::Json, "5"),
            row("a", Escaping::JsonString, r#""x\"&y""#),
            row("a", Escaping::InJsonString, r#"x\"&y"#),
            row("o", Escaping::Json, r#"{"k":[1]}"#),
        ]
    );
    assert_eq!(
        reported(json, "url-encoded", &values),
        [
            row("a", Escaping::Form, "x%22%26y"),
            row("a", Escaping::Form, "x%22%26y"),
            row("n", Escaping::Form, "5"),
            row("a", Escaping::JsonInForm, "%22x%5C%22%26y%22"),
            row("a", Escaping::Form, "x%22%26y"),
            row("o", Escaping::Form, "%7B%22k%22%3A%5B1%5D%7D"),
        ]
    );
    assert_eq!(
        reported(r#"{"<a>":"<a>","d":["<a>"]}"#, "form-data", &values),
        [
            row("a", Escaping::PartName, "x%22&y"),
            row("a", Escaping::AsIs, "x\"&y"),
            row("a", Escaping::JsonString, r#""x\"&y""#),
        ]
    );
    assert_eq!(
        reported("b=<a>&b=<o>&c=-<a>", "json", &values),
        [
            row("a", Escaping::Dropped, ""),
            row("o", Escaping::Json, r#"{"k":[1]}"#),
            row("a", Escaping::InJsonString, r#"x\"&y"#),
        ]
    );
    assert_eq!(reported("\"<o>\"", "url-encoded", &values), [row("o", Escaping::Fields, "k=%5B1%5D")]);
}

#[test]
fn encryption_and_random_vectors_are_reported() {
    let change = |draft: &mut Draft| {
        "a=<a>&b=<b>".clone_into(&mut draft.body);
        draft.encryption = true;
        "AES-128-GCM".clone_into(&mut draft.enc_algorithm);
        "K1abcdefghijkl2P".clone_into(&mut draft.enc_key);
        draft.enc_random_iv = true;
        draft.enc_parameters = vec!["a".to_owned()];
    };
    let shown = shown(&profile(change), &values(json!({"a": "7", "b": "8"})), &Origins::new());
    let [a, b] = &shown.variables[..] else { panic!("two") };
    assert!(a.used.encrypted && !b.used.encrypted);
    assert_eq!(a.used.value, Some(json!("7")));
    let sent = percent_encoding::percent_decode_str(&a.used.sent).decode_utf8().unwrap();
    assert_eq!(cipher::decrypt(Algorithm::Aes128Gcm, b"K1abcdefghijkl2P", None, &sent).unwrap(), b"7");
    assert_eq!(shown.algorithm, Some("AES-128-GCM"));
    assert!(shown.renewed.iter().any(|what| what.contains("random")), "{:?}", shown.renewed);
}
