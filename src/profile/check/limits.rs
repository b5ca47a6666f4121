//! Each field at its limits and one past them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;

use crate::profile::{Body, Channel, Choice as _, Draft, Field, Identity, ProfileId, Region, Rules};

/// A good draft of a channel, with two retries.
fn draft(channel: Channel) -> Draft {
    let mut draft = Draft::new(channel);
    draft.title = "Order SMS".into();
    draft.endpoint = "https://hooks.example/cb".into();
    (draft.retry_count, draft.retry_timeout) = ("2".into(), "5000".into());
    draft
}

/// The fields in error.
fn errors(draft: &Draft, rules: Rules) -> Vec<Field> {
    let at = Timestamp::UNIX_EPOCH;
    let id = ProfileId::new(Region::In, Uuid::nil());
    let identity = Identity { id, created_at: at, modified_at: at };
    draft.check(rules, identity).map_or_else(|all| all.iter().map(|e| e.field).collect(), |_| Vec::new())
}

/// Which of the values a field refuses.
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
fn retries_to_two_and_to_the_channels_most_by_setting() {
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
