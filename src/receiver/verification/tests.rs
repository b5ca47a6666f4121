use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::callback::{Context, Signed, Values, credentials, render};
use crate::profile::{Channel, Choice as _, Draft, DraftHeader, Identity, Region, Rules};
use crate::receiver::{Examined, PlannedResponse};

const NOW: &str = "2026-01-02T03:04:05Z";

/// A profile with everything that can be verified.
fn profile(change: impl FnOnce(&mut Draft)) -> Profile {
    let mut draft = Draft::new(Channel::Default);
    "Order SMS".clone_into(&mut draft.title);
    "https://x.example/cb?ref=<ref>&plain=x".clone_into(&mut draft.endpoint);
    r#"{"id":"<id>","list":[1,{"a/b":"<status>"}],"note":"Dear <name>"}"#.clone_into(&mut draft.body);
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".clone_into(&mut draft.signing_secret);
    draft.older_secrets = vec![format!("whsec_{}", STANDARD.encode([7; 24]))];
    "basic".clone_into(&mut draft.auth_kind);
    "shop".clone_into(&mut draft.auth_user);
    "pass:word".clone_into(&mut draft.auth_password);
    let header = |name: &str, value: &str| DraftHeader { name: name.to_owned(), value: value.to_owned() };
    draft.headers = vec![header("X-Env", "test"), header("X-Token", "t0k3n"), header("X-Ref", "<ref>")];
    draft.encryption = true;
    "AES-256-GCM".clone_into(&mut draft.enc_algorithm);
    "K1abcdefghijkl2Pmnopqrstuvwxyz01".clone_into(&mut draft.enc_key);
    "POabcdefghijklLY".clone_into(&mut draft.enc_iv);
    change(&mut draft);
    let id = ProfileId::new(Region::In, Uuid::from_u128(7));
    let identity = Identity { id, created_at: Timestamp::UNIX_EPOCH, modified_at: Timestamp::UNIX_EPOCH };
    draft.check(Rules::STORED, identity).unwrap()
}

/// A request as this profile sends it, and as it arrives 10 s later.
fn sent(profile: &Profile) -> Received {
    let serde_json::Value::Object(values) =
        json!({"id": "m-1", "status": "DELIVRD", "ref": "r 1", "name": "Ada"})
    else {
        unreachable!()
    };
    let values = Values::new(values);
    let received_at: Timestamp = NOW.parse().unwrap();
    let mut random = |bytes: &mut [u8]| bytes.fill(b'r');
    let mut context = Context { delivery_id: "d-1", random: &mut random };
    let callback = render(profile, &values, &mut context).unwrap();
    let signed =
        Signed { delivery_id: "d-1", unix_seconds: received_at.as_second() - 10, body: &callback.body };
    let secrets = credentials(profile, &values, &signed, &mut random).unwrap();
    let url = url::Url::parse(&callback.url).unwrap();
    let headers = callback.headers.into_iter().chain(secrets);
    Received {
        id: "0123abcd".to_owned(),
        left_out: Vec::new(),
        method: callback.method.name().to_owned(),
        path: url.path().to_owned(),
        query: url.query().unwrap_or_default().to_owned(),
        headers: headers.map(|(name, value)| (name.to_lowercase(), value)).collect(),
        body_length: callback.body.len() as u64,
        body: callback.body.into(),
        received_at,
        attempt: 1,
        response: PlannedResponse::status(200),
    }
}

fn with_header(received: &Received, name: &str, value: Option<&str>) -> Received {
    let mut changed = received.clone();
    changed.headers.retain(|(found, _)| found != name);
    changed.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    changed
}

fn lines(profile: &Profile, received: &Received) -> Vec<String> {
    Verifier::from(profile).verify(received).lines()
}

const ALL: &str =
    "signature, timestamp, Basic credentials, header x-env, header x-token, header x-ref, 3 encrypted values";

#[test]
fn what_the_profile_sends_is_verified() {
    let profile = profile(|_| ());
    let received = sent(&profile);
    assert_eq!(lines(&profile, &received), [format!("✓ verified: {ALL}")]);
    let verifier = Verifier::from(&profile);
    let fields = verifier.decryption().unwrap().fields.clone().unwrap();
    assert_eq!(fields, BTreeSet::from(["/ref", "/id", "/list/1/a~1b"].map(str::to_owned)));
    assert_eq!(verifier.checks(), "signature, timestamp, credentials, headers, encrypted values");
    let document = verifier.verify(&received).document();
    assert_eq!(document["verified"], true);
    assert_eq!(document["checks"][0], json!({"check": "signature", "result": "passed", "secret": 0}));
    assert_eq!(
        document["checks"][6],
        json!({"check": "encryption", "result": "passed", "decrypted": 3, "key_verified": true})
    );
}

/// Every way to be wrong, each with its reason, and nothing else is reported.
#[test]
fn each_part_says_why_it_is_wrong() {
    let profile = profile(|_| ());
    let good = sent(&profile);
    let age = |seconds: i64| Received {
        received_at: good.received_at + SignedDuration::from_secs(seconds),
        ..good.clone()
    };
    let header = |name: &str, value: Option<&str>| with_header(&good, name, value);
    let basic = |text: &str| header("authorization", Some(&format!("basic {}", STANDARD.encode(text))));
    let signature = good.header("webhook-signature").unwrap().to_owned();
    let form = "✗ signature: webhook-signature has no signature of the form v1,BASE64";
    let changed = "✗ signature: wrong secret, or ID, timestamp or body were changed";
    for (received, wrong) in [
        (header("webhook-signature", None), "✗ signature: there is no webhook-signature header"),
        (header("webhook-signature", Some("v2,AAAA")), form),
        (header("webhook-signature", Some("v1,AAAA v1,?")), changed),
        (header("webhook-id", None), "✗ signature: there is no webhook-id header"),
        (header("webhook-id", Some("d-2")), changed),
        (age(290), ""),
        (age(291), "✗ timestamp: webhook-timestamp is 301 s old; 300 s are allowed"),
        (age(-310), ""),
        (age(-311), "✗ timestamp: webhook-timestamp is 301 s in the future; 300 s are allowed"),
        (header("authorization", None), "✗ Basic credentials: there is no authorization header"),
        (basic("other:pass:word"), "✗ Basic credentials: wrong user"),
        (basic("shop:passwort"), "✗ Basic credentials: wrong password"),
        (basic("shop:pass:word"), ""),
        (
            header("authorization", Some("Bearer x")),
            "✗ Basic credentials: the authorization header is not of the form Basic BASE64",
        ),
        (header("x-env", None), "✗ header x-env: there is no x-env header"),
        (header("x-token", Some("other")), "✗ header x-token: another value than in the profile"),
        (header("x-ref", Some("anything")), ""),
        (Received { query: "ref=AAAA&plain=x".to_owned(), ..good.clone() }, "✗ encrypted"),
    ] {
        let lines = lines(&profile, &received);
        if wrong.is_empty() {
            assert_eq!(lines, [format!("✓ verified: {ALL}")]);
        } else if wrong.starts_with("✗ encrypted") {
            assert!(lines[0].starts_with("✗ 2 encrypted values: /ref: "), "{lines:?}");
        } else {
            assert_eq!(lines[0], wrong);
            assert!(lines.len() == 2 && lines[1].starts_with("✓ "), "{lines:?}");
        }
        assert!(!lines.concat().contains("t0k3n") && !lines.concat().contains("pass:word"), "{lines:?}");
    }
    let body = good.body.slice(1..);
    let spoiled = Received { body_length: body.len() as u64, body, ..good.clone() };
    assert_eq!(
        lines(&profile, &Received { body_length: 9000, ..good.clone() })[0],
        "– signature: the body is too long to be kept whole"
    );
    assert_eq!(lines(&profile, &spoiled)[0], changed);
    // Both signatures are of this request; either is enough.
    let older = signature.rsplit(' ').next().unwrap();
    let older = lines(&profile, &header("webhook-signature", Some(older)));
    assert!(older[0].starts_with("✓ verified: signature by older secret 1, timestamp"), "{older:?}");
    for text in ["", "x", "+1", "01", "1.0", "99999999999999999999"] {
        let lines = lines(&profile, &header("webhook-timestamp", Some(text)));
        let why = "webhook-timestamp is not a number of seconds since 1970";
        assert_eq!(lines[..2], [format!("✗ signature: {why}"), format!("✗ timestamp: {why}")]);
    }
}

#[test]
fn a_wrong_key_and_values_that_are_not_encrypted_are_named() {
    for (algorithm, key, reason) in [
        ("AES-256-GCM", "K1abcdefghijkl2Pmnopqrstuvwxyz01", "tag_mismatch"),
        ("AES-256-CFB", "K1abcdefghijkl2Pmnopqrstuvwxyz01", "unreadable"),
    ] {
        let with = |key: &str, encryption: bool| {
            profile(|draft| {
                algorithm.clone_into(&mut draft.enc_algorithm);
                key.clone_into(&mut draft.enc_key);
                draft.encryption = encryption;
                draft.signing_secret.clear();
                draft.older_secrets.clear();
                "none".clone_into(&mut draft.auth_kind);
                draft.headers.clear();
            })
        };
        let known = with(key, true);
        let right = lines(&known, &sent(&known));
        let doubt = if algorithm.ends_with("CFB") { " (CFB cannot verify the key)" } else { "" };
        assert_eq!(right, [format!("✓ verified: 3 encrypted values{doubt}")]);
        let other = sent(&with(&key.replace("K1", "K2"), true));
        let verification = Verifier::from(&known).verify(&other);
        assert_eq!(verification.is_verified(), Some(false));
        assert_eq!(verification.document()["checks"][0]["reason"], reason, "{algorithm}");
        let plain = Verifier::from(&known).verify(&sent(&with(key, false)));
        assert_eq!(plain.document()["checks"][0]["reason"], "not_encrypted", "{:?}", plain.lines());
        let empty = Received { query: String::new(), body: "{}".into(), body_length: 2, ..other };
        assert_eq!(lines(&known, &empty), ["✗ encrypted values: the encrypted fields are missing"]);
    }
}

#[test]
fn only_the_values_that_the_profile_encrypts_are_decrypted() {
    let profile = profile(|draft| draft.enc_parameters = vec!["status".to_owned()]);
    let verifier = Verifier::from(&profile);
    let received = sent(&profile);
    // `m-1` and the like could be base64; the profile says that they are not encrypted.
    let examined = Examined { decryption: verifier.decryption(), verification: None };
    let document: serde_json::Value = serde_json::from_str(&received.to_json(&examined).unwrap()).unwrap();
    assert_eq!(document["decrypted"], json!(["/list/1/a~1b"]));
    assert_eq!(document["not_decrypted"], json!([]));
    assert_eq!(document["fields"]["id"], "m-1");
}

#[test]
fn parts_that_cannot_be_checked_say_so() {
    let profile = profile(|draft| {
        "oauth2".clone_into(&mut draft.auth_kind);
        draft.oauth2.token_url = "https://x.example/token".to_owned();
        draft.oauth2.client_id = "shop".to_owned();
        draft.oauth2.client_secret = "s3cr3t".to_owned();
        r#"{"note":"Dear <name>"}"#.clone_into(&mut draft.body);
        "https://x.example/cb".clone_into(&mut draft.endpoint);
    });
    let received = sent(&profile);
    let missing = lines(&profile, &received);
    assert_eq!(missing[0], "✗ access token: there is no authorization header");
    let lines = lines(&profile, &with_header(&received, "authorization", Some("Bearer abc")));
    assert_eq!(lines[0], "– access token: there is one; only the server that issued it can verify it");
    assert_eq!(
        lines[1],
        "– encrypted values: no field of the profile is an encrypted value and nothing else"
    );
    assert!(
        lines[2].starts_with("✓ signature, timestamp"),
        "what was not checked is not verified: {lines:?}"
    );
    let verification =
        Verifier::from(&profile).verify(&with_header(&received, "authorization", Some("Bearer a")));
    assert_eq!(verification.is_verified(), None);
}

#[test]
fn a_profile_with_nothing_to_verify_says_so() {
    let profile = profile(|draft| {
        let plain = Draft::new(Channel::Default);
        *draft = Draft {
            title: draft.title.clone(),
            endpoint: draft.endpoint.clone(),
            body: draft.body.clone(),
            ..plain
        };
    });
    let verification = Verifier::from(&profile).verify(&sent(&profile));
    assert_eq!((verification.is_verified(), verification.lines().len()), (None, 0));
    assert_eq!(Verifier::from(&profile).checks(), "");
    assert_eq!(verification.document()["verified"], serde_json::Value::Null);
}

#[test]
fn values_that_were_not_kept_are_not_checked() {
    let profile = profile(|_| ());
    let mut kept = sent(&profile);
    for name in ["authorization", "x-token"] {
        kept = with_header(&kept, name, None);
        kept.left_out.push(name.to_owned());
    }
    let lines = lines(&profile, &kept);
    let why = "secret values are not kept over a restart";
    assert_eq!(lines[..2], [format!("– Basic credentials: {why}"), format!("– header x-token: {why}")]);
    assert!(lines[2].starts_with("✓ signature, timestamp, header x-env"), "{lines:?}");
}
