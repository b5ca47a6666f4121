//! Tests of each field at its limits and one beyond them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;

use crate::profile::sizes::{ALL_ROWS, CREDENTIAL, NAME, NAMES, PATH, ROWS, VALUE};
use crate::profile::{Body, Channel, Choice as _, Draft, DraftHeader, Field};
use crate::profile::{Identity, ProfileId, Region, Rules};

/// A valid draft of a channel, with two retries.
fn draft(channel: Channel) -> Draft {
    let mut draft = Draft::new(channel);
    draft.title = "Order SMS".into();
    draft.endpoint = "https://hooks.example/cb".into();
    (draft.retry_count, draft.retry_timeout) = ("2".into(), "5000".into());
    draft
}

fn identity() -> Identity {
    let at = Timestamp::UNIX_EPOCH;
    Identity { id: ProfileId::new(Region::In, Uuid::nil()), created_at: at, modified_at: at }
}

/// The fields with errors.
fn errors(draft: &Draft, rules: Rules) -> Vec<Field> {
    draft.check(rules, identity()).map_or_else(|all| all.iter().map(|e| e.field).collect(), |_| Vec::new())
}

/// The values that a field rejects.
fn refused<'a>(field: Field, values: &[&'a str], set: impl Fn(&mut Draft, &str)) -> Vec<&'a str> {
    let refuses = |value: &&&str| {
        let mut draft = draft(Channel::Sms);
        set(&mut draft, value);
        let errors = errors(&draft, Rules::default());
        assert!(errors.iter().all(|f| *f == field), "{value}: {errors:?}");
        !errors.is_empty()
    };
    values.iter().filter(refuses).copied().collect()
}

#[test]
fn interval_and_timeout() {
    let values = ["0", "1", "86400", "86401", "-1", "1.5", "", "ten"];
    let interval = refused(Field::RetryInterval, &values, |d, v| d.retry_interval = v.into());
    assert_eq!(interval, ["0", "86401", "-1", "1.5", "", "ten"]);
    let values = ["99", "100", "60000", "60001", "4294967296"];
    let timeout = refused(Field::RetryTimeout, &values, |d, v| d.retry_timeout = v.into());
    assert_eq!(timeout, ["99", "60001", "4294967296"]);
}

#[test]
fn pacing() {
    let values = ["", " 1 ", "16", "0", "17", "-1", "1.5", "all"];
    let refused_most = refused(Field::MaxInFlight, &values, |d, v| d.max_in_flight = v.into());
    assert_eq!(refused_most, ["0", "17", "-1", "1.5", "all"]);
    let values = ["", " 0.5 ", "10000", "0", "10001", "-1", "0.0001", "1/s"];
    let refused = refused(Field::RateLimit, &values, |d, v| d.rate_limit = v.into());
    assert_eq!(refused, ["0", "10001", "-1", "0.0001", "1/s"]);
}

#[test]
fn expiry() {
    let values = ["", " 600 ", "1", "2592000", "0", "2592001", "-1", "1.5", "10m"];
    let refused = refused(Field::ExpiresAfter, &values, |d, v| d.expires_after = v.into());
    assert_eq!(refused, ["0", "2592001", "-1", "1.5", "10m"]);
}

#[test]
fn retries_are_limited_to_two_or_by_setting_to_the_channels_maximum() {
    let counts = ["0", "1", "2", "3", "256", "-1", ""];
    let plain = refused(Field::RetryCount, &counts, |d, v| d.retry_count = v.into());
    assert_eq!(plain, ["3", "256", "-1", ""]);
    let extended = Rules { extended_retries: true, ..Rules::default() };
    for channel in Channel::ALL {
        for (count, good) in [(channel.most_retries(), true), (channel.most_retries() + 1, false)] {
            let mut draft = draft(*channel);
            draft.retry_count = count.to_string();
            assert_eq!(errors(&draft, extended.clone()).is_empty(), good, "{} {count}", channel.name());
        }
    }
}

#[test]
fn the_longest_body() {
    for (size, good) in [(Body::MAX, true), (Body::MAX + 1, false)] {
        let mut draft = draft(Channel::Sms);
        draft.body = "x".repeat(size);
        assert_eq!(errors(&draft, Rules::default()).is_empty(), good, "{size}");
    }
}

#[test]
fn keys_vectors_and_signing_secrets() {
    for algorithm in crate::profile::Algorithm::ALL {
        for (key, iv) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)] {
            let mut draft = draft(Channel::Sms);
            draft.encryption = true;
            draft.enc_algorithm = algorithm.name().into();
            draft.enc_key = "k".repeat(algorithm.key_bytes().strict_add_signed(key));
            draft.enc_iv = "i".repeat(16usize.strict_add_signed(iv));
            let mut wanted = Vec::new();
            wanted.extend((key != 0).then_some(Field::EncKey));
            wanted.extend((iv != 0).then_some(Field::EncIv));
            assert_eq!(errors(&draft, Rules::default()), wanted, "{} {key} {iv}", algorithm.name());
        }
    }
    for (bytes, good) in [(23, false), (24, true), (64, true), (65, false)] {
        let mut draft = draft(Channel::Sms);
        draft.signing_secret = format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        assert_eq!(errors(&draft, Rules::default()).is_empty(), good, "{bytes}");
    }
}

#[test]
fn a_channel_with_several_events_needs_one() {
    let mut draft = draft(Channel::Whatsapp);
    assert!(errors(&draft, Rules::default()).is_empty());
    draft.events.clear();
    assert_eq!(errors(&draft, Rules::default()), [Field::Events]);
    draft.events = vec!["sms-send".into()];
    assert_eq!(errors(&draft, Rules::default()), [Field::Events]);
}

/// A field, its limit, how the rest is set, and how the field is set to a size.
type Case<'a> = (Field, usize, &'a dyn Fn(&mut Draft), &'a dyn Fn(&mut Draft, usize));

#[test]
fn sizes_are_checked_when_typed_and_never_when_stored() {
    let rows = |count: usize, value: usize| -> Vec<DraftHeader> {
        let row = |n| DraftHeader { name: format!("X-{n:04}"), value: "v".repeat(value) };
        (0..count).map(row).collect()
    };
    let row =
        |name: usize, value: usize| vec![DraftHeader { name: "N".repeat(name), value: "v".repeat(value) }];
    let oauth2 = |draft: &mut Draft| {
        draft.auth_kind = "oauth2".into();
        draft.oauth2.token_url = "https://auth.example/token".into();
        (draft.oauth2.client_id, draft.oauth2.client_secret) = ("me".into(), "hush".into());
    };
    let basic = |draft: &mut Draft| {
        (draft.auth_kind, draft.auth_user) = ("basic".into(), "me".into());
    };
    let key = |draft: &mut Draft| {
        (draft.auth_kind, draft.auth_header, draft.auth_key) =
            ("api-key".into(), "X-Key".into(), "hush".into());
    };
    let encryption = |draft: &mut Draft| {
        (draft.encryption, draft.enc_random_iv, draft.enc_key) = (true, true, "k".repeat(32));
    };
    let nothing = |_: &mut Draft| ();
    let cases: [Case; 20] = [
        (Field::HeaderName(0), NAME, &nothing, &|d, n| d.headers = row(n, 1)),
        (Field::HeaderValue(0), VALUE, &nothing, &|d, n| d.headers = row(1, n)),
        (Field::HeaderName(ROWS), ROWS, &nothing, &|d, n| d.headers = rows(n, 1)),
        (Field::HeaderValue(63), ALL_ROWS, &nothing, &|d, n| {
            d.headers = rows(64, ALL_ROWS / 64 - 6);
            d.headers[63].value.push_str(&"v".repeat(n - ALL_ROWS));
        }),
        (Field::AuthUser, CREDENTIAL, &basic, &|d, n| d.auth_user = "u".repeat(n)),
        (Field::AuthPassword, CREDENTIAL, &basic, &|d, n| d.auth_password = "p".repeat(n)),
        (Field::AuthHeader, NAME, &key, &|d, n| d.auth_header = "H".repeat(n)),
        (Field::AuthKey, VALUE, &key, &|d, n| d.auth_key = "k".repeat(n)),
        (Field::AuthClientId, CREDENTIAL, &oauth2, &|d, n| d.oauth2.client_id = "c".repeat(n)),
        (Field::AuthClientSecret, CREDENTIAL, &oauth2, &|d, n| d.oauth2.client_secret = "s".repeat(n)),
        (Field::AuthScope, CREDENTIAL, &oauth2, &|d, n| d.oauth2.scope = "s".repeat(n)),
        (Field::TokenFieldName(0), NAME, &oauth2, &|d, n| d.oauth2.fields = row(n, 1)),
        (Field::TokenFieldName(ROWS), ROWS, &oauth2, &|d, n| d.oauth2.fields = rows(n, 1)),
        (Field::TokenFieldValue(0), VALUE, &oauth2, &|d, n| d.oauth2.fields = row(1, n)),
        (Field::TokenHeaderName(0), NAME, &oauth2, &|d, n| d.oauth2.headers = row(n, 1)),
        (Field::TokenHeaderValue(0), VALUE, &oauth2, &|d, n| d.oauth2.headers = row(1, n)),
        (Field::EncParameters, NAMES, &encryption, &|d, n| d.enc_parameters = vec!["id".into(); n]),
        (Field::EncParameters, NAME, &encryption, &|d, n| d.enc_parameters = vec!["i".repeat(n)]),
        (Field::TlsCaFile, PATH, &nothing, &|d, n| d.ca_file = format!("/{}", "a".repeat(n - 1))),
        (Field::TlsCertificate, PATH, &nothing, &|d, n| {
            d.client_certificate = format!("/{}", "a".repeat(n - 1));
        }),
    ];
    for (field, most, rest, set) in cases {
        for (size, wanted) in [(most, vec![]), (most + 1, vec![field])] {
            let mut draft = draft(Channel::Sms);
            rest(&mut draft);
            set(&mut draft, size);
            assert_eq!(errors(&draft, Rules::default()), wanted, "{field} {size}");
            assert_eq!(errors(&draft, Rules::STORED), [], "{field} {size}");
        }
    }
}

#[test]
fn oversized_input_is_rejected_quickly() {
    let mut large = draft(Channel::Sms);
    large.headers = vec![DraftHeader { name: "X-A".into(), value: "v".into() }; 1_000_000];
    large.events = vec!["none".into(); 1_000_000];
    large.channel = "x".repeat(10_000_000);
    let identity = identity();
    let all = large.check(Rules::default(), identity).unwrap_err();
    let reported: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(
        reported,
        [
            "channel: 10000000 bytes, 256 at most",
            "events: 1000000 names, 1000 at most",
            "headers (name 257): 1000000 headers, 256 at most",
        ]
    );
}
