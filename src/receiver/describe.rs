//! A request as text for people.

use std::collections::HashSet;
use std::fmt::Write;

use jiff::tz::TimeZone;
use url::form_urlencoded;

use crate::callback::plain_text;
use crate::profile::is_secret_name;
use crate::shown::shown;
use crate::shown::time::told;

use super::escape::bytes_escaped;
use super::received::{Answer, Received};

/// Headers that every request has and nobody looks for.
const PLUMBING: &[&str] =
    &["accept", "accept-encoding", "connection", "content-length", "expect", "host", "transfer-encoding"];

/// Most characters of a value that are shown.
const VALUE_SHOWN: usize = 400;

/// Most characters of a body that are shown, where it has no fields.
const BODY_SHOWN: usize = 2000;

/// The request over several lines: local time, method, path and query, what was answered, headers
/// worth a look, and the fields, or the body where there are none. Ends with a line feed.
///
/// Nothing in it can drive a terminal. Values of headers that carry secrets are hidden.
#[must_use]
pub fn describe(received: &Received) -> String {
    describe_in(received, &TimeZone::system())
}

/// As [`describe`], with times of this zone.
#[must_use]
pub fn describe_in(received: &Received, zone: &TimeZone) -> String {
    let mut out = String::new();
    let time = told(received.received_at, zone, "%H:%M:%S%.3f");
    let mark = if received.query.is_empty() { "" } else { "?" };
    let target = shown(&format!("{}{mark}{}", received.path, received.query));
    let answered = answer_shown(received.answered);
    line(&mut out, &format!("{time}  {} {target}  → {answered}", shown(&received.method)));
    for (name, value) in received.headers.iter().filter(|(name, _)| !PLUMBING.contains(&name.as_str())) {
        line(&mut out, &format!("  {}: {}", shown(name), header_shown(name, value)));
    }
    for (name, value) in &received.fields {
        let value = shortened(&plain_text(value), VALUE_SHOWN);
        line(&mut out, &format!("    {} = {value}", shortened(name, VALUE_SHOWN)));
    }
    let body = bytes_escaped(&received.body);
    if !body.is_empty() && !has_body_fields(received) {
        line(&mut out, &format!("    {}", shortened(&body, BODY_SHOWN)));
    }
    if received.body_cut() {
        let (kept, sent) = (received.body.len(), received.body_length);
        line(&mut out, &format!("    (body cut: the first {kept} of {sent} bytes are kept)"));
    }
    out
}

/// Whether there are fields that the query did not bring.
fn has_body_fields(received: &Received) -> bool {
    let in_query: HashSet<_> =
        form_urlencoded::parse(received.query.as_bytes()).map(|(name, _)| name).collect();
    received.fields.len() > in_query.len()
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn answer_shown(answer: Answer) -> String {
    match answer {
        Answer::Status(status) => status.to_string(),
        Answer::Hung => "no answer (hangs)".to_owned(),
        Answer::Reset => "no answer (connection reset)".to_owned(),
    }
}

/// A header's value; of a secret only the scheme and the length.
fn header_shown(name: &str, value: &str) -> String {
    if !is_secret_name(name) {
        return shortened(value, VALUE_SHOWN);
    }
    let (scheme, secret) = match value.split_once(' ') {
        Some((scheme, secret)) if name.ends_with("authorization") => (scheme, secret),
        _ => ("", value),
    };
    let hidden = format!("{scheme} ({} characters, hidden)", secret.chars().count());
    shown(hidden.trim_start())
}

/// Text on one line, its start where it is long.
fn shortened(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return shown(text) };
    let mut out = shown(&text[..end]);
    // Writing to a `String` cannot fail.
    let _ = write!(out, "… ({} characters)", text.chars().count());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receiver::received::tests::sample;
    use serde_json::json;

    fn utc(received: &Received) -> String {
        describe_in(received, &TimeZone::UTC)
    }

    #[test]
    fn a_request_at_a_glance() {
        let expected = "13:05:20.250  POST /cb?id=42  → 200
  content-type: application/json
    id = 42
    status = DELIVRD
";
        assert_eq!(utc(&sample()), expected);
    }

    #[test]
    fn secrets_are_hidden() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("authorization", "Basic bWU6c2VjcmV0"),
            header("api-key", "hunter two"),
            header("host", "127.0.0.1"),
        ];
        let text = utc(&Received { headers, ..sample() });
        assert!(text.contains("authorization: Basic (12 characters, hidden)"), "{text}");
        assert!(text.contains("api-key: (10 characters, hidden)"), "{text}");
        assert!(!text.contains("host"), "{text}");
    }

    #[test]
    fn a_hostile_request_cannot_drive_the_terminal() {
        let evil = "\u{1b}]0;gone\u{7}\r\n\u{202e}";
        let received = Received {
            method: evil.to_owned(),
            path: evil.to_owned(),
            query: evil.to_owned(),
            body: evil.as_bytes().to_vec(),
            body_length: evil.len() as u64,
            headers: vec![(evil.to_owned(), evil.to_owned()), ("cookie".to_owned(), evil.to_owned())],
            fields: json!({evil: {evil: [evil]}}).as_object().unwrap().clone(),
            answered: Answer::Hung,
            ..sample()
        };
        let text = utc(&received);
        assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{text:?}");
        assert_eq!(text.lines().count(), 5);
        assert!(text.contains(r"\u{1b}]0;gone"));
    }

    #[test]
    fn a_body_without_fields_is_shown_beside_the_query() {
        let mut received = Received { body: b"hello".to_vec(), body_length: 5, ..sample() };
        received.fields.remove("status");
        assert!(utc(&received).ends_with("    id = 42\n    hello\n"), "{}", utc(&received));
    }

    #[test]
    fn long_and_cut_bodies_say_so() {
        let body = vec![b'x'; 3000];
        let text = utc(&Received { body, body_length: 9000, fields: serde_json::Map::new(), ..sample() });
        assert!(text.contains("x… (3000 characters)"), "{text}");
        assert!(text.contains("the first 3000 of 9000 bytes"), "{text}");
    }
}
