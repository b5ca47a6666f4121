//! `--profile`: requests are verified with the secrets of a profile, and each says what is wrong.

use std::fmt::Write as _;
use std::process::Command;

use crate::support::cli::{On, Place, Running, address};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const SECRET: &[u8] = b"the secret of 24 bytes..";
const KEY: &str = "K1abcdefghijkl2Pmnopqrstuvwxyz01";

fn whsec(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

/// A profile that signs, authenticates, sets headers and encrypts.
fn document(url: &str) -> Value {
    json!({
        "title": "Order SMS", "channel": "sms", "url": url,
        "body": "{\"id\": \"<id>\", \"status\": \"<status>\", \"kind\": \"DeliveredToTheRecipient0\"}",
        "headers": {"X-Shop": "north", "X-Token": "t0ken"},
        "auth": {"type": "basic", "user": "shop", "password": "pa55word"},
        "signing_secret": whsec(SECRET),
        "enc": {"algo": "AES-256-GCM", "key": KEY, "IV": "POabcdefghijklLY", "parameters": ["status"]},
    })
}

fn receiver(place: &Place, more: &[&str]) -> (Running, String) {
    let args = [&["receive", "--listen", "0", "--profile", "Order SMS"], more].concat();
    let receiver = Running::start(place.command(&args));
    let on = if more.contains(&"--json") { On::Err } else { On::Out };
    let address = address(&receiver.line(on, "listening on"));
    (receiver, address)
}

/// Sends to the receiver what the changed profile sends, and returns the request as it was printed.
fn sent(place: &Place, id: &str, (receiver, address): &(Running, String), change: &Value) -> Value {
    let mut changed = document(&format!("http://{address}/cb"));
    changed["profile_id"] = id.into();
    changed.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    place.apply(&changed);
    let tested = place.run(&["test", id, "--set", "status=DELIVRD", "--json"]);
    assert_eq!(tested.code, Some(0), "{tested:?}");
    serde_json::from_str(&receiver.line(On::Out, "")).unwrap()
}

/// The failed checks of a request, each with its reason.
fn failed(request: &Value) -> Vec<(String, String)> {
    let checks = request["verification"]["checks"].as_array().unwrap();
    let failed = checks.iter().filter(|check| check["result"] == "failed");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    failed.map(|check| (text(&check["check"]), text(&check["reason"]))).collect()
}

#[test]
fn what_the_profile_sends_is_verified_and_decrypted() {
    let place = Place::new();
    let id = place.apply(&document("http://127.0.0.1:9/cb")).remove(0);
    let receiver = receiver(&place, &["--json"]);
    receiver.0.line(
        On::Err,
        "verifying with profile 'Order SMS': signature, timestamp, credentials, headers, encrypted values",
    );
    let request = sent(&place, &id, &receiver, &json!({}));
    assert_eq!(failed(&request), []);
    assert_eq!(request["verification"]["verified"], true);
    assert_eq!(request["verification"]["profile_id"], id);
    assert_eq!(request["fields"]["status"], "DELIVRD");
    // What is not encrypted by the profile is not reported as a failure, whatever it looks like.
    assert_eq!((&request["decrypted"], &request["not_decrypted"]), (&json!(["/status"]), &json!([])));
    let names = request["verification"]["checks"].as_array().unwrap().iter().map(|check| &check["check"]);
    let names: Vec<_> = names.collect();
    assert_eq!(names, ["signature", "timestamp", "basic", "header", "header", "encryption"]);
    let key_verified = &request["verification"]["checks"][5]["key_verified"];
    assert_eq!(key_verified, true);
}

#[test]
fn each_wrong_part_has_its_reason() {
    let place = Place::new();
    let id = place.apply(&document("http://127.0.0.1:9/cb")).remove(0);
    let receiver = receiver(&place, &["--json"]);
    let enc = |key: &str| json!({"algo": "AES-256-GCM", "key": key, "IV": "POabcdefghijklLY", "parameters": ["status"]});
    let basic = |user: &str, password: &str| json!({"type": "basic", "user": user, "password": password});
    let other = whsec(b"another secret of 32 bytes......");
    for (change, check, reason) in [
        (json!({"signing_secret": ""}), "signature", "missing"),
        (json!({"signing_secret": other}), "signature", "signature_mismatch"),
        (json!({"enc": enc("K2abcdefghijkl2Pmnopqrstuvwxyz01")}), "encryption", "tag_mismatch"),
        (json!({"enc": null}), "encryption", "not_encrypted"),
        (json!({"body": "{\"id\": \"<id>\"}"}), "encryption", "nothing_encrypted"),
        (json!({"auth": null}), "basic", "missing"),
        (json!({"auth": basic("shop", "pa55wort")}), "basic", "wrong_password"),
        (json!({"auth": basic("store", "pa55word")}), "basic", "wrong_user"),
        (json!({"headers": {"X-Token": "t0ken"}}), "header", "missing"),
        (json!({"headers": {"X-Shop": "north", "X-Token": "other"}}), "header", "wrong_value"),
    ] {
        let request = sent(&place, &id, &receiver, &change);
        assert_eq!(failed(&request), [(check.to_owned(), reason.to_owned())], "{change}");
        assert_eq!(request["verification"]["verified"], false);
        let verification = request["verification"].to_string();
        for secret in [&whsec(SECRET), KEY, "pa55w", "t0ken", &other] {
            assert!(!verification.contains(secret), "{verification}");
        }
    }
    // While a secret is replaced, a signature by either is right.
    let both = json!({"signing_secrets": [other, whsec(SECRET)], "signing_secret": other});
    assert_eq!(failed(&sent(&place, &id, &receiver, &both)), []);
}

/// Signatures are made by openssl, by the specification and not by this program.
#[test]
fn signatures_of_another_program_are_verified_within_five_minutes() {
    let place = Place::new();
    let mut document = document("http://127.0.0.1:9/cb");
    for member in ["headers", "auth", "enc"] {
        document.as_object_mut().unwrap().remove(member);
    }
    place.apply(&document);
    let (receiver, address) = receiver(&place, &[]);
    receiver.line(On::Out, "verifying with profile 'Order SMS': signature, timestamp");
    let now = jiff::Timestamp::now().as_second();
    let body = "{\"id\": \"a b\"}";
    for (at, secret, sent, shown) in [
        (now, SECRET, body, "  ✓ verified: signature, timestamp"),
        (now - 290, SECRET, body, "  ✓ verified: signature, timestamp"),
        (now + 290, SECRET, body, "  ✓ verified: signature, timestamp"),
        (now - 900, SECRET, body, "  ✗ timestamp: webhook-timestamp is 90"),
        (now + 900, SECRET, body, " s in the future; 300 s are allowed"),
        (
            now,
            b"another secret of 24 byt",
            body,
            "  ✗ signature: wrong secret, or ID, timestamp or body were changed",
        ),
        (
            now,
            SECRET,
            "{\"id\": \"a c\"}",
            "  ✗ signature: wrong secret, or ID, timestamp or body were changed",
        ),
    ] {
        let signature = openssl(secret, &format!("msg_1.{at}.{body}"));
        let mut curl = Command::new("curl");
        for header in [
            "webhook-id: msg_1".to_owned(),
            format!("webhook-timestamp: {at}"),
            format!("webhook-signature: v1a,x v1,{signature}"),
            "Content-Type: application/json".to_owned(),
        ] {
            curl.args(["-H", &header]);
        }
        curl.args(["-s", "--noproxy", "*", "-d", sent, &format!("http://{address}/cb")]);
        assert!(curl.output().unwrap().status.success());
        receiver.line(On::Out, "POST /cb");
        receiver.line(On::Out, shown);
    }
}

/// Base64 of HMAC-SHA256.
fn openssl(secret: &[u8], text: &str) -> String {
    let mut hex = String::new();
    for byte in secret {
        write!(hex, "{byte:02x}").unwrap();
    }
    let mut command = Command::new("sh");
    let script = "printf %s \"$1\" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$0 -binary | base64 -w0";
    let output = command.args(["-c", script, &hex, text]).output().unwrap();
    assert!(output.status.success() && output.stdout.len() == 44, "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_profile_without_secrets_and_unknown_ones() {
    let place = Place::new();
    place.apply(
        &json!({"title": "Order SMS", "channel": "sms", "url": "http://127.0.0.1:9/cb", "body": "{}"}),
    );
    let (receiver, _) = receiver(&place, &[]);
    receiver.line(On::Out, "nothing to verify: profile 'Order SMS' has no signing secret");
    place.run(&["receive", "--listen", "0", "--profile", "Nothing"]).refused(2, &["no profile 'Nothing'"]);
    let both = place.run(&["receive", "--profile", "Order SMS", "--decrypt-profile", "Order SMS"]);
    both.refused(2, &["cannot be used with"]);
}
