//! Every kind of profile in every language.

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::profile::{Channel, Choice as _, Draft, DraftHeader, Identity, ProfileId, Region, Rules};

const SECRETS: [&str; 8] = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
    "hush-password",
    "hush-key",
    "hush-token",
    "K1abcdefghijkl2Pmnopqrstuvwxyz01",
    "K1abcdefghijkl2P",
    "POabcdefghijklLY",
];

/// The ways of authentication.
const AUTH: [fn(&mut Draft); 5] = [
    |_| {},
    |draft| {
        draft.auth_kind = "basic".into();
        (draft.auth_user, draft.auth_password) = ("shop".into(), SECRETS[2].into());
    },
    |draft| {
        draft.auth_kind = "api-key".into();
        (draft.auth_header, draft.auth_key) = ("X-Api-Key".into(), SECRETS[3].into());
    },
    |draft| {
        draft.headers = vec![DraftHeader { name: "X-Token".into(), value: SECRETS[4].into() }];
    },
    |draft| {
        draft.auth_kind = "oauth2".into();
        draft.oauth2.token_url = "https://login.example/token".into();
        (draft.oauth2.client_id, draft.oauth2.client_secret) = ("shop".into(), SECRETS[4].into());
    },
];

const SIGNED: [fn(&mut Draft); 3] = [
    |_| {},
    |draft| draft.signing_secret = SECRETS[0].into(),
    |draft| {
        draft.signing_secret = SECRETS[0].into();
        draft.older_secrets = vec![SECRETS[1].into()];
    },
];

fn encrypted(draft: &mut Draft, algorithm: &str, key: &str, iv: Option<&str>) {
    draft.encryption = true;
    (draft.enc_algorithm, draft.enc_key) = (algorithm.into(), key.into());
    draft.enc_random_iv = iv.is_none();
    draft.enc_iv = iv.unwrap_or_default().into();
}

const ENCRYPTED: [fn(&mut Draft); 5] = [
    |_| {},
    |draft| encrypted(draft, "AES-256-GCM", SECRETS[5], Some(SECRETS[7])),
    |draft| encrypted(draft, "AES-128-GCM", SECRETS[6], None),
    |draft| encrypted(draft, "AES-256-CFB", SECRETS[5], Some(SECRETS[7])),
    |draft| encrypted(draft, "AES-128-CFB", SECRETS[6], None),
];

/// Method, data format and body.
const BODIES: [(&str, &str, &str); 13] = [
    ("POST", "", r#"{"id": "<id>", "it's \"<b>\"": <status>, "in": {"<a>": "<id>"}}"#),
    ("POST", "", r#"["<id>"]"#),
    ("PUT", "url-encoded", r#"{"id": "<id>"}"#),
    ("POST", "", "id=<id>&status=<status>"),
    ("POST", "form-data", "id=<id>&status=<status>"),
    ("POST", "json", "id=<id>"),
    ("POST", "", "<order><id><id></id></order>"),
    ("POST", "", "<!doctype html><p><id></p>"),
    ("POST", "", "<id>"),
    ("POST", "", "Dear <id>"),
    ("POST", "", ""),
    ("GET", "", ""),
    ("DELETE", "", ""),
];

fn profile(change: impl FnOnce(&mut Draft)) -> Profile {
    let mut draft = Draft::new(Channel::Default);
    draft.title = "Order SMS".into();
    draft.endpoint = "https://x.example/cb?id=<id>&status=<status>".into();
    change(&mut draft);
    let id = ProfileId::new(Region::In, Uuid::from_u128(7));
    let identity = Identity { id, created_at: Timestamp::UNIX_EPOCH, modified_at: Timestamp::UNIX_EPOCH };
    draft.check(Rules::STORED, identity).unwrap()
}

/// Every combination.
fn profiles() -> Vec<Profile> {
    let mut all = Vec::new();
    for (method, format, body) in BODIES {
        for auth in AUTH {
            for signed in SIGNED {
                for encrypted in ENCRYPTED {
                    all.push(profile(|draft| {
                        (draft.method, draft.data_format, draft.body) =
                            (method.into(), format.into(), body.into());
                        auth(draft);
                        signed(draft);
                        encrypted(draft);
                    }));
                }
            }
        }
    }
    all
}

#[test]
fn every_receiver_is_short_complete_and_without_secrets() {
    let all = profiles();
    assert_eq!(all.len(), 13 * 5 * 3 * 5);
    for language in Language::ALL {
        for profile in &all {
            let code = receiver(profile, *language, DEFAULT_LISTEN);
            let what = || format!("{} of {profile:?}:\n{code}", language.name());
            assert!(code.lines().count() <= MOST_LINES, "{} lines, {}", code.lines().count(), what());
            // A tab would not be printed as one.
            assert!(!code.contains(['«', '»', '\t']), "{}", what());
            let columns = |line: &str| line.chars().count();
            let is_comment = |line: &&str| line.starts_with(['#', '/']);
            let (comments, lines): (Vec<&str>, Vec<&str>) = code.lines().partition(is_comment);
            assert!(lines.iter().all(|line| columns(line) <= 170), "wide, {}", what());
            assert!(comments.iter().all(|line| columns(line) <= 220), "wide, {}", what());
            assert!(SECRETS.iter().all(|secret| !code.contains(secret)), "{}", what());
            assert!(code.contains("8000") && code.contains("Order SMS"), "{}", what());
            let is_signed = !profile.signing_secrets.is_empty();
            assert_eq!(code.contains("CALLBACK_SIGNING_SECRETS"), is_signed, "{}", what());
            assert_eq!(code.contains("CALLBACK_ENC_KEY"), profile.encryption.is_some(), "{}", what());
        }
    }
}

/// Every condition and every name in the texts is known, so that none is left out by mistake.
#[test]
fn the_texts_use_known_words() {
    let mut words = std::collections::BTreeSet::new();
    let mut names = std::collections::BTreeSet::new();
    for profile in profiles() {
        let facts = wanted::wanted(&profile, Language::Go, DEFAULT_LISTEN);
        words.extend(facts.words);
        names.extend(facts.texts.into_keys());
    }
    for language in Language::ALL {
        for line in language.text().lines() {
            let (conditions, code) = line.split_once('|').expect(line);
            let mut used = vec![conditions];
            for part in code.split('«').skip(1) {
                let part = part.split('»').next().unwrap();
                match part.split_once(':') {
                    Some((when, _)) => used.push(when),
                    None => assert!(names.contains(part), "{}: «{part}» in {line}", language.name()),
                }
            }
            for word in used.iter().flat_map(|used| used.split([' ', '/'])) {
                let word = word.trim_start_matches('!');
                assert!(word.is_empty() || words.contains(word), "{}: {word} in {line}", language.name());
            }
        }
    }
}

fn places(change: impl FnOnce(&mut Draft)) -> (Vec<String>, bool, bool) {
    let profile = profile(|draft| {
        draft.endpoint = "https://x.example/cb".into();
        encrypted(draft, "AES-256-CFB", SECRETS[5], None);
        draft.enc_parameters = vec!["id".into(), "payment".into()];
        change(draft);
    });
    let encrypted::EncryptedPlaces { fields, whole, others } = encrypted::places(&profile);
    (fields, whole, others)
}

#[test]
fn encrypted_values_are_found_where_they_arrive() {
    let of = |body: &str, format: &str| {
        places(|draft| (draft.body, draft.data_format) = (body.into(), format.into()))
    };
    let json = r#"{"a": "<id>", "b": <payment>, "c": "<payment.amount>", "d": "<status>", "e": "x"}"#;
    let fields = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for format in ["", "url-encoded", "form-data"] {
        assert_eq!(of(json, format), (fields(&["a", "b", "c"]), false, false), "{format}");
    }
    assert_eq!(of("a=<id>&b=<status>", "json"), (fields(&["a"]), false, false));
    assert_eq!(of(r#"{"a": "<id>", "b": {"c": "<id>"}}"#, ""), (fields(&["a"]), false, true));
    assert_eq!(of(r#"{"a": "no. <id>"}"#, ""), (Vec::new(), false, true));
    assert_eq!(of("<id>", ""), (Vec::new(), true, false));
    assert_eq!(of("<a><id></a>", ""), (Vec::new(), false, true));
    let query = places(|draft| {
        draft.method = "GET".into();
        draft.endpoint = "https://x.example/<id>?number=<id>&b=<status>".into();
    });
    assert_eq!(query, (fields(&["number"]), false, true));
    let header =
        places(|draft| draft.headers = vec![DraftHeader { name: "X-Id".into(), value: "<id>".into() }]);
    assert_eq!(header, (Vec::new(), false, true));
    let by_path = places(|draft| {
        draft.body = r#"{"a": "<order.id>", "b": "<order.sum>"}"#.into();
        draft.enc_parameters = vec!["order.id".into()];
    });
    assert_eq!(by_path, (fields(&["a"]), false, false));
}
