//! Whatever a profile has, its export is read as the same profile: as JSON and as YAML, with and without its secrets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::string::string_regex;
use serde_json::Value;
use uuid::Uuid;

use super::input::DocumentFormat;
use crate::json;
use crate::profile::document::{Document, Secrets, export};
use crate::profile::{
    Algorithm, AuthKind, Channel, Choice, DataFormat, Draft, DraftHeader, DraftOAuth2, IV_BYTES, Identity,
    Method, Profile, ProfileId, Region, Rules, SentAs, Status,
};
use crate::yaml::{YamlPart, YamlParts};

/// Text with what is special in JSON, YAML or templates.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,6}",
        "[\"'\\\\<>{}#&*!|%@`:?,=~\\[\\]-]{1,3}",
        "[\n\t ]{1,2}",
        select(
            &[
                "<id>",
                "<<id>",
                "{id}",
                "{{id}}",
                "{keypress:1}",
                "${HOME}",
                "\r\n",
                "---\n",
                ": ",
                " #",
                "é😀",
                "\u{2028}",
                "\u{85}",
                "\u{feff}",
                "\u{301}",
                "\u{a0}"
            ][..]
        )
        .prop_map(str::to_owned),
        "(no|on|y|~|null|true|0755|1e3|12:30|2025-04-17|<<|=)",
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Text on one line, as headers and credentials are.
fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned())
}

fn rows() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((any::<bool>(), line()), 0..3).prop_map(|rows| {
        let named = rows.into_iter().enumerate().map(|(at, (is_secret, value))| {
            let name = if is_secret { format!("X-Token-{at}") } else { format!("on{at}") };
            // A value is required.
            (name, format!("v{value}"))
        });
        named.collect()
    })
}

fn headers(rows: Vec<(String, String)>) -> Vec<DraftHeader> {
    rows.into_iter().map(|(name, value)| DraftHeader { name, value }).collect()
}

fn name_of<C: Choice + std::fmt::Debug + 'static>() -> impl Strategy<Value = String> {
    select(C::ALL).prop_map(|choice| choice.name().to_owned())
}

fn authentication() -> impl Strategy<Value = Draft> {
    let oauth2 = (line(), line(), name_of::<SentAs>(), line(), rows(), rows());
    (name_of::<AuthKind>(), line(), line(), oauth2).prop_map(|(auth_kind, user, secret, oauth2)| {
        let (client_id, client_secret, sent_as, scope, fields, token_headers) = oauth2;
        let oauth2 = DraftOAuth2 {
            token_url: "https://auth.example/token?a=b".to_owned(),
            client_id: format!("c{client_id}"),
            client_secret: format!("s{client_secret}"),
            sent_as,
            scope,
            fields: headers(fields),
            headers: headers(token_headers),
        };
        Draft {
            auth_user: user.replace(':', ""),
            auth_password: secret.clone(),
            auth_header: "X-Auth".to_owned(),
            auth_key: format!("k{secret}"),
            oauth2,
            auth_kind,
            ..Draft::default()
        }
    })
}

fn signing_secrets() -> impl Strategy<Value = Vec<String>> {
    let secret = prop::collection::vec(any::<u8>(), 24..=64)
        .prop_map(|bytes| format!("whsec_{}", STANDARD.encode(bytes)));
    prop::collection::vec(secret, 0..=4)
}

fn encryption() -> impl Strategy<Value = Draft> {
    let of = |algorithm: Algorithm| {
        let text = |bytes: usize| string_regex(&format!("[ -~]{{{bytes}}}")).unwrap();
        let parameters = subsequence(vec!["id".to_owned(), "on".to_owned(), "a.b[0]".to_owned()], 0..=3);
        (any::<bool>(), text(algorithm.key_bytes()), text(IV_BYTES), any::<bool>(), parameters).prop_map(
            move |(encryption, enc_key, enc_iv, enc_random_iv, enc_parameters)| Draft {
                encryption,
                enc_algorithm: algorithm.name().to_owned(),
                enc_key,
                enc_iv,
                enc_random_iv,
                enc_parameters,
                ..Draft::default()
            },
        )
    };
    prop::strategy::Union::new(Algorithm::ALL.iter().map(|algorithm| of(*algorithm)))
}

/// Method, data format, URL, body and headers.
fn request() -> impl Strategy<Value = Draft> {
    let url = "([a-z0-9._~-]|<id>|<a\\.b\\[0\\]>|<<id|\\{id\\}|\\{\\{id\\}\\}|%20|/|&on=no|#){0,8}";
    let format = prop_oneof![Just(String::new()), name_of::<DataFormat>()];
    let body = prop_oneof![
        2 => text(),
        1 => text().prop_map(|text| format!("{:#}", serde_json::json!({"id": "<id>", "text": text}))),
        1 => text().prop_map(|text| format!("<a x='<id>'>{}</a>", text.replace('<', ""))),
        1 => Just("id=<id>&on=no".to_owned()),
    ];
    (name_of::<Method>(), format, url, body, rows()).prop_map(|(method, data_format, path, body, rows)| {
        Draft {
            method,
            data_format,
            endpoint: format!("https://x.example/{path}"),
            body,
            headers: headers(rows),
            ..Draft::default()
        }
    })
}

/// Retries, limits, TLS and status.
fn delivery() -> impl Strategy<Value = Draft> {
    let retry = (0..=2_u8, 1..=86_400_u32, 100..=60_000_u32);
    let limit = |most: u32| prop_oneof![Just(String::new()), (1..=most).prop_map(|n| n.to_string())];
    let rate =
        prop_oneof![Just(String::new()), "(0\\.(00[1-9]|[1-9][0-9]?5)|[1-9][0-9]{0,3}(\\.[0-9]{0,2}[1-9])?)"];
    let path = || prop_oneof![Just(String::new()), "/[a-z #:']{1,8}\\.pem"];
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), name_of::<Status>());
    (retry, limit(2_592_000), limit(16), rate, [path(), path(), path()], switches).prop_map(
        |((count, interval, timeout), expires_after, max_in_flight, rate_limit, files, switches)| {
            let [ca_file, client_certificate, client_key] = files;
            let (http2, ordered, probe, status) = switches;
            let has_retries = count > 0;
            Draft {
                retry_count: count.to_string(),
                retry_interval: if has_retries { interval.to_string() } else { String::new() },
                retry_timeout: if has_retries { timeout.to_string() } else { String::new() },
                expires_after,
                max_in_flight,
                rate_limit,
                ca_file,
                client_key: if client_certificate.is_empty() { String::new() } else { client_key },
                client_certificate,
                http2,
                ordered,
                probe,
                status,
                ..Draft::default()
            }
        },
    )
}

/// A channel and some of its events.
fn subject() -> impl Strategy<Value = (Channel, Vec<String>)> {
    select(Channel::ALL).prop_flat_map(|channel| {
        let names: Vec<String> = channel.events().iter().map(|event| event.name().to_owned()).collect();
        let least = usize::from(!names.is_empty());
        let most = names.len();
        subsequence(names, least..=most).prop_map(move |events| (channel, events))
    })
}

fn profile() -> impl Strategy<Value = Profile> {
    let title = "[A-Za-z][A-Za-z0-9 _-]{1,20}[A-Za-z0-9]";
    let times = (0..4_000_000_000_000_i64, 0..4_000_000_000_000_i64);
    let parts = (request(), authentication(), encryption(), delivery(), signing_secrets());
    (subject(), title, parts, select(Region::ALL), any::<u128>(), times).prop_filter_map(
        "a profile that the check refuses",
        |((channel, events), title, parts, region, unique, (created, modified))| {
            let (request, authentication, encryption, delivery, signing) = parts;
            let mut secrets = signing.into_iter();
            let draft = Draft {
                title,
                channel: channel.name().to_owned(),
                events,
                method: request.method,
                data_format: request.data_format,
                endpoint: request.endpoint,
                body: request.body,
                headers: request.headers,
                auth_kind: authentication.auth_kind,
                auth_user: authentication.auth_user,
                auth_password: authentication.auth_password,
                auth_header: authentication.auth_header,
                auth_key: authentication.auth_key,
                oauth2: authentication.oauth2,
                encryption: encryption.encryption,
                enc_algorithm: encryption.enc_algorithm,
                enc_key: encryption.enc_key,
                enc_iv: encryption.enc_iv,
                enc_random_iv: encryption.enc_random_iv,
                enc_parameters: encryption.enc_parameters,
                signing_secret: secrets.next().unwrap_or_default(),
                older_secrets: secrets.collect(),
                ..delivery
            };
            let [created_at, modified_at] =
                [created, modified].map(|at| Timestamp::from_millisecond(at).unwrap_or_default());
            let id =
                ProfileId::new(*Region::ALL.iter().find(|one| **one == region)?, Uuid::from_u128(unique));
            draft.check(Rules::default(), Identity { id, created_at, modified_at }).ok()
        },
    )
}

/// Reads a document as `apply` does.
fn read(text: &str, format: DocumentFormat) -> Value {
    match format {
        DocumentFormat::Json => json::read(text).unwrap(),
        DocumentFormat::Yaml => match YamlParts::new(text, usize::MAX).next() {
            Some(Ok(YamlPart::Document(value))) => value,
            other => panic!("{other:?}\n{text}"),
        },
    }
}

proptest! {
    #[test]
    fn an_export_is_the_same_profile(profile in profile()) {
        for format in [DocumentFormat::Json, DocumentFormat::Yaml] {
            for secrets in [Secrets::Shown, Secrets::Hidden] {
                let written = format.written(&export(&profile, secrets));
                // Every name could be a variable of Voice.
                let mut document = Document::import(read(&written, format), &|_| true).unwrap();
                prop_assert!(document.changed.is_empty() && document.unused.is_empty(), "{}", written);
                if secrets == Secrets::Hidden {
                    document.keep_secrets(&profile);
                }
                prop_assert_eq!(&document.left_out, &[], "{}", written);
                let id = document.id.clone().unwrap();
                let (created_at, modified_at) = (document.created_at.unwrap(), document.modified_at.unwrap());
                let again = document.draft.check(Rules::default(), Identity { id, created_at, modified_at });
                prop_assert_eq!(again.as_ref(), Ok(&profile), "{}", written);
            }
        }
    }
}
