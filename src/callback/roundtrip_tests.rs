//! Properties: whatever a value contains, a real decoder at the other end recovers it.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::test_samples::{header, profile, rendered, values, with_body};
use super::{Callback, Values};
use crate::profile::BodyForm;

/// Text with the special characters of each position, and with text that looks like a placeholder.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<id>".to_owned()),
        Just("%2e".to_owned()),
        Just("\r\n--ringback-d1-0--\r\n".to_owned()),
        "[\"\\\\<>&+%=;:/?#{}\\[\\] .]",
        "[\\x00-\\x1f\\x7f]",
        "[a-z0-9é€\u{2028}\u{feff}😀]{1,4}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn two(id: &str, other: &str) -> Values {
    values(json!({"id": id, "other": other}))
}

fn sent(body: &str, data_format: &str, values: &Values) -> Callback {
    rendered(&with_body(body, data_format), values).unwrap()
}

fn owned(pairs: impl Iterator<Item = (impl Into<String>, impl Into<String>)>) -> Vec<(String, String)> {
    pairs.map(|(name, value)| (name.into(), value.into())).collect()
}

/// The parts of a multipart body, parsed strictly by RFC 2046; none if it is invalid.
fn parts(callback: &Callback) -> Option<Vec<(String, String)>> {
    let (_, content_type) = callback.headers.iter().find(|(name, _)| name == "Content-Type")?;
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=")?;
    let body = format!("\r\n{}", std::str::from_utf8(&callback.body).ok()?);
    let delimiter = format!("\r\n--{boundary}");
    let (first, rest) = body.split_once(&delimiter)?;
    let (middle, end) = rest.rsplit_once(&delimiter)?;
    if !first.is_empty() || end != "--\r\n" {
        return None;
    }
    middle
        .split(&delimiter)
        .map(|piece| {
            let (head, value) = piece.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
            let name = head.strip_prefix("Content-Disposition: form-data; name=\"")?.strip_suffix('"')?;
            (!name.contains(['"', '\r', '\n'])).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

proptest! {
    #[test]
    fn query_and_path(id in any_text(), other in any_text()) {
        let profile = profile(|draft| {
            "https://x.example:8443/p-<id>/q?a=<id>&b=x<other>y".clone_into(&mut draft.endpoint);
        });
        let url = Url::parse(&rendered(&profile, &two(&id, &other)).unwrap().url).unwrap();
        let b = format!("x{other}y");
        prop_assert_eq!(owned(url.query_pairs()), owned([("a", &id), ("b", &b)].into_iter()));
        let segments: Vec<_> = url.path_segments().unwrap()
            .map(|s| percent_encoding::percent_decode_str(s).decode_utf8().unwrap())
            .collect();
        prop_assert_eq!(segments, [Cow::from(format!("p-{id}")), Cow::from("q")]);
        prop_assert_eq!(url.origin().ascii_serialization(), "https://x.example:8443");
        prop_assert_eq!(url.fragment(), None);
    }

    #[test]
    fn a_whole_segment_cannot_change_the_path(id in "[.]{0,3}|%2[eE]|[./%2eE\\\\]{0,6}") {
        let profile = profile(|draft| "https://x.example/a/<id>/b".clone_into(&mut draft.endpoint));
        match rendered(&profile, &two(&id, "")) {
            Ok(callback) => {
                let url = Url::parse(&callback.url).unwrap();
                let segments: Vec<_> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 3);
                let decoded = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
                prop_assert_eq!(decoded, id);
            }
            Err(_) => prop_assert!(id == "." || id == ".."),
        }
    }

    #[test]
    fn json(id in any_text(), other in any_text()) {
        let body = r#"{"whole":"<id>","part":"x<id>y<other>","bare":<other>,"key-<id>":1}"#;
        let callback = sent(body, "", &two(&id, &other));
        let read: Value = serde_json::from_slice(&callback.body).unwrap();
        let mut expected = json!({"whole": id, "part": format!("x{id}y{other}"), "bare": other});
        expected[format!("key-{id}")] = json!(1);
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn url_encoded(id in any_text(), other in any_text()) {
        let expected = owned([("a", id.clone()), ("b", format!("x{other}y")), ("a", other.clone())].into_iter());
        let pairs = sent("a=<id>&b=x<other>y&a=<other>", "", &two(&id, &other));
        prop_assert_eq!(&owned(form_urlencoded::parse(&pairs.body)), &expected);
        let json = sent(r#"{"a":"<id>","b":"x<other>y","a":<other>}"#, "url-encoded", &two(&id, &other));
        prop_assert_eq!(&owned(form_urlencoded::parse(&json.body)), &expected);
        prop_assert_eq!(json.body, pairs.body);
    }

    #[test]
    fn multipart(id in any_text(), other in any_text()) {
        let expected = owned([("a", id.clone()), ("b", format!("x{other}y")), ("a", other.clone())].into_iter());
        let pairs = sent("a=<id>&b=x<other>y&a=<other>", "form-data", &two(&id, &other));
        prop_assert_eq!(parts(&pairs), Some(expected));
        let json = sent(r#"{"a":"<id>","b":"x<other>y","a":<other>}"#, "form-data", &two(&id, &other));
        prop_assert_eq!(json, pairs);
    }

    #[test]
    fn a_multipart_name_cannot_break_out(name in any_text()) {
        let callback = sent("<id>=1", "form-data", &two(&name, ""));
        let escaped = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        prop_assert_eq!(parts(&callback), Some(vec![(escaped, "1".to_owned())]));
    }

    #[test]
    fn pairs_as_json(id in any_text(), other in any_text()) {
        let callback = sent("a=<id>&b=x<other>y", "json", &two(&id, &other));
        let read: Value = serde_json::from_slice(&callback.body).unwrap();
        prop_assert_eq!(read, json!({"a": id, "b": format!("x{other}y")}));
    }

    #[test]
    fn any_body_yields_a_request(
        text in "([<>/=\"'&{}:\\[\\]!?\\-]|[a-c\\n ]|<id>|</id>|<<id>|<a x=\"|<!--|-->|<!\\[CDATA\\[|\\]\\]>){0,30}",
        content_type in "|text/html|application/xml|text/plain",
        id in any_text(),
    ) {
        let profile = profile(|draft| {
            text.clone_into(&mut draft.body);
            draft.headers = vec![header("Content-Type", &content_type)];
        });
        let callback = rendered(&profile, &two(&id, "")).unwrap();
        // Markup, and other bodies that are not forms, are sent as typed if they contain no placeholder.
        let as_typed = !matches!(profile.body.form(), BodyForm::Pairs(_) | BodyForm::Empty);
        if as_typed && profile.body.variables().is_empty() && !text.contains("<<") {
            prop_assert_eq!(callback.body, text.into_bytes());
        }
    }

    #[test]
    fn plain_text(id in any_text()) {
        let callback = sent("dear <id>!", "", &two(&id, ""));
        prop_assert_eq!(callback.body, format!("dear {id}!").into_bytes());
    }

    #[test]
    fn headers_contain_the_value_or_reject_it(id in any_text()) {
        let profile = profile(|draft| draft.headers = vec![header("X-Id", "<id>")]);
        let fits = hyper::header::HeaderValue::from_bytes(id.as_bytes()).is_ok();
        match rendered(&profile, &two(&id, "")) {
            Ok(callback) => {
                prop_assert!(fits);
                prop_assert!(callback.headers.contains(&("X-Id".to_owned(), id)));
            }
            Err(_) => prop_assert!(!fits),
        }
    }

    #[test]
    fn the_same_delivery_is_the_same_bytes(id in any_text(), format in "json|url-encoded|form-data") {
        let once = sent("a=<id>", &format, &two(&id, ""));
        prop_assert_eq!(once, sent("a=<id>", &format, &two(&id, "")));
    }
}
