//! A request as text for people.

use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::text::time::format_in_zone;
use crate::text::{escape_controls, group_digits, push_escaped};

use super::decryption::{Decryption, DecryptionReport};
use super::escape::bytes_escaped;
use super::examined::Examined;
use super::fields::Fields;
use super::planned::PlannedResponse;
use super::received::Received;
use super::reply::Reply;
use super::verification::Verification;

/// Headers that every request has and that are rarely of interest.
const PLUMBING: &[&str] =
    &["accept", "accept-encoding", "connection", "content-length", "expect", "host", "transfer-encoding"];

/// How many characters of a name or a value are shown.
const VALUE_SHOWN: usize = 400;

/// How many characters of path and query, and of a body without fields, are shown.
const TEXT_SHOWN: usize = 2000;

/// How many field values are shown. Nobody reads more, and a request can have hundreds of thousands.
const FIELDS_SHOWN: usize = 100;

/// In place of a value that was not kept.
const LEFT_OUT: &str = "(secret, not kept)";

/// The request over several lines: local time, method, path and query, the response, relevant headers, and the
/// fields, or the body if there are none. Ends with a line feed. The number and length of the lines are bounded.
///
/// The text is sanitized for terminals. Values of headers that carry secrets are hidden.
#[must_use]
pub fn describe(received: &Received) -> String {
    describe_in(received, &TimeZone::system(), &Examined::default())
}

/// As [`describe`], with times of this zone, whether it is verified, and values decrypted.
#[must_use]
pub fn describe_in(received: &Received, zone: &TimeZone, examined: &Examined) -> String {
    let mut out = String::new();
    let time = format_in_zone(received.received_at, zone, "%H:%M:%S%.3f");
    let mark = if received.query.is_empty() { "" } else { "?" };
    let target = shortened(&format!("{}{mark}{}", received.path, received.query), TEXT_SHOWN);
    let answered = reply_text(&received.response);
    line(&mut out, &format!("{time}  {} {target}  → {answered}", shortened(&received.method, VALUE_SHOWN)));
    verification_lines(&mut out, examined);
    for (name, value) in received.headers.iter().filter(|(name, _)| !PLUMBING.contains(&name.as_str())) {
        line(
            &mut out,
            &format!("  {}: {}", shortened(name, VALUE_SHOWN), header_shown(name, value, examined)),
        );
    }
    for name in &received.left_out {
        line(&mut out, &format!("  {}: {LEFT_OUT}", shortened(name, VALUE_SHOWN)));
    }
    let mut fields = Fields::of(received, FIELDS_SHOWN);
    for (name, values) in fields.named() {
        let mut report = DecryptionReport::default();
        if let Some(decryption) = examined.decryption {
            report.within(name, |report| values.decrypt(decryption, report));
        }
        let value = shortened(&values.plain_text(), VALUE_SHOWN);
        let became = examined.decryption.map(|decryption| became(decryption, &report)).unwrap_or_default();
        line(&mut out, &format!("    {} = {value}{became}", shortened(name, VALUE_SHOWN)));
    }
    if fields.beyond() > 0 {
        let more = group_digits(fields.beyond() as u64);
        line(&mut out, &format!("    … and {more} more fields (`ringback receive --json` prints them all)"));
    }
    if !received.body.is_empty() && !fields.in_body() {
        line(&mut out, &format!("    {}", body_shown(&received.body)));
    }
    if received.body_cut() {
        line(&mut out, &format!("    {}", cut(received)));
    }
    out
}

/// The whole stored request: as [`describe_in`], but with every header and the body as it arrived, nothing
/// shortened or decrypted.
/// The text is sanitized for terminals. Values of headers that carry secrets are hidden.
#[must_use]
pub fn describe_in_full(received: &Received, zone: &TimeZone, examined: &Examined) -> String {
    let mut out = String::new();
    let time = format_in_zone(received.received_at, zone, "%H:%M:%S%.3f");
    let mark = if received.query.is_empty() { "" } else { "?" };
    let target = format!("{} {}{mark}{}", received.method, received.path, received.query);
    line(&mut out, &format!("{time}  {}  → {}", escape_controls(&target), reply_text(&received.response)));
    verification_lines(&mut out, examined);
    for (name, value) in &received.headers {
        let value = hidden(name, value, examined).unwrap_or_else(|| escape_controls(value));
        line(&mut out, &format!("{}: {value}", escape_controls(name)));
    }
    for name in &received.left_out {
        line(&mut out, &format!("{}: {LEFT_OUT}", escape_controls(name)));
    }
    if !received.body.is_empty() {
        out.push('\n');
        for text in bytes_escaped(&received.body).lines() {
            push_escaped(&mut out, text);
            out.push('\n');
        }
    }
    if received.body_cut() {
        line(&mut out, &format!("\n{}", cut(received)));
    }
    out.shrink_to_fit();
    out
}

fn verification_lines(out: &mut String, examined: &Examined) {
    for text in examined.verification.map(Verification::lines).unwrap_or_default() {
        line(out, &format!("  {}", escape_controls(&text)));
    }
}

fn cut(received: &Received) -> String {
    let (kept, sent) = (received.body.len(), received.body_length);
    format!("(body cut: the first {kept} of {sent} bytes are kept)")
}

/// The decryption result of a field; shown after its value.
fn became(decryption: &Decryption, report: &DecryptionReport) -> String {
    let unverified = if decryption.is_authenticated() { "" } else { ", unverified" };
    let why = "wrong key or IV, or not encrypted";
    match (report.decrypted.len(), report.failed.len()) {
        (0, 0) => String::new(),
        (1, 0) => format!("  (decrypted{unverified})"),
        (n, 0) => format!("  ({n} values decrypted{unverified})"),
        (0, 1) => format!("  (not decrypted: {why})"),
        (0, n) => format!("  ({n} values not decrypted: {why})"),
        (n, m) => format!("  ({n} decrypted{unverified}, {m} not: {why})"),
    }
}

/// A body without fields, truncated if it is long.
fn body_shown(body: &[u8]) -> String {
    // No UTF-8 character has more bytes.
    let start = &body[..body.len().min(4 * (TEXT_SHOWN + 1))];
    let escaped = |chunk: std::str::Utf8Chunk<'_>| chunk.valid().chars().count() + 4 * chunk.invalid().len();
    let characters = body.utf8_chunks().map(escaped).sum();
    start_of(&bytes_escaped(start), characters, TEXT_SHOWN)
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// The response, with the header that matters most for it.
fn reply_text(response: &PlannedResponse) -> String {
    let header = |name: &str| response.headers.iter().find(|header| header.name() == name);
    match response.reply {
        Reply::Status(status) => {
            let mut text = status.to_string();
            let told = [("retry-after", "Retry-After"), ("location", "Location")];
            for (name, shown) in told {
                if let Some(header) = header(name) {
                    let _ = write!(text, " · {shown}: {}", shortened(header.value(), VALUE_SHOWN));
                }
            }
            text
        }
        Reply::Hung => "no response (hang)".to_owned(),
        Reply::Reset => "no response (reset)".to_owned(),
    }
}

/// A header's value, truncated if it is long.
fn header_shown(name: &str, value: &str, examined: &Examined) -> String {
    hidden(name, value, examined).unwrap_or_else(|| shortened(value, VALUE_SHOWN))
}

/// Scheme and length of a secret header value.
fn hidden(name: &str, value: &str, examined: &Examined) -> Option<String> {
    if !examined.is_secret(name) {
        return None;
    }
    let (scheme, secret) = match value.split_once(' ') {
        Some((scheme, secret)) if name.ends_with("authorization") => (scheme, secret),
        _ => ("", value),
    };
    let hidden = format!("{scheme} ({} characters, hidden)", secret.chars().count());
    Some(escape_controls(hidden.trim_start()))
}

/// Text on one line, truncated if it is long.
fn shortened(text: &str, most: usize) -> String {
    start_of(text, text.chars().count(), most)
}

/// The start of a text of this many characters, on one line.
fn start_of(text: &str, characters: usize, most: usize) -> String {
    let end = text.char_indices().nth(most).map(|(end, _)| end);
    let Some(end) = end.filter(|_| characters > most) else { return escape_controls(text) };
    let mut out = escape_controls(&text[..end]);
    // Writing to a `String` cannot fail.
    let _ = write!(out, "… ({characters} characters)");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receiver::received::tests::sample;
    use serde_json::json;

    fn utc(received: &Received) -> String {
        describe_in(received, &TimeZone::UTC, &Examined::default())
    }

    /// A request with this body.
    fn with_body(content_type: &str, body: impl Into<bytes::Bytes>) -> Received {
        let body = body.into();
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Received { headers, body_length: body.len() as u64, body, ..sample() }
    }

    #[test]
    fn a_request_in_short() {
        let expected = "13:05:20.250  POST /cb?id=42  → 200
  content-type: application/json
    id = 42
    status = DELIVRD
";
        assert_eq!(utc(&sample()), expected);
    }

    #[test]
    fn the_response_is_shown_with_where_it_leads_and_when() {
        let behaviour = crate::receiver::Behaviour {
            script: Some("429:5".parse().unwrap()),
            headers: vec!["Location: /a\u{202e}".parse().unwrap(), "X-A: b".parse().unwrap()],
            ..crate::receiver::Behaviour::default()
        };
        let text = utc(&Received { response: behaviour.response(1), ..sample() });
        assert!(text.contains(" → 429 · Retry-After: 5 · Location: /a\\u{202e}\n"), "{text}");
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
    fn the_full_description_is_complete() {
        let long = "x".repeat(5000);
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers: Vec<_> = PLUMBING.iter().map(|name| header(name, "as sent")).collect();
        let more = [header("x-long", &long), header("api-key", "hunter two")];
        let body = format!("{{\n  \"a\" : \"{long}\",\r\n\t\"b\":[1,2] }}\u{1b}");
        let kept = body.len();
        let request = Received {
            query: long.clone(),
            headers: [headers, more.to_vec()].concat(),
            body_length: 9000,
            body: body.into(),
            ..sample()
        };
        let plumbing = PLUMBING.iter().map(|name| format!("{name}: as sent\n")).collect::<Vec<_>>().concat();
        let expected = format!(
            "13:05:20.250  POST /cb?{long}  → 200\n{plumbing}x-long: {long}\napi-key: (10 characters, hidden)\n\n\
             {{\n  \"a\" : \"{long}\",\n\\t\"b\":[1,2] }}\\u{{1b}}\n\n\
             (body cut: the first {kept} of 9000 bytes are kept)\n"
        );
        assert_eq!(describe_in_full(&request, &TimeZone::UTC, &Examined::default()), expected);
        let fields = (0..1000).map(|n| format!("f{n}=v&")).collect::<Vec<_>>().concat();
        let form = describe_in_full(
            &with_body("application/x-www-form-urlencoded", fields.clone()),
            &TimeZone::UTC,
            &Examined::default(),
        );
        assert!(form.ends_with(&format!("\n\n{fields}\n")), "{form}");
    }

    #[test]
    fn a_hostile_request_is_sanitized() {
        let evil = "\u{1b}]0;gone\u{7}\r\n\u{202e}";
        let received = Received {
            method: evil.to_owned(),
            path: evil.to_owned(),
            query: String::new(),
            headers: vec![
                (evil.to_owned(), evil.to_owned()),
                ("cookie".to_owned(), evil.to_owned()),
                ("content-type".to_owned(), "application/json".to_owned()),
            ],
            response: PlannedResponse::new(Reply::Hung, None, &[], None, std::time::Duration::ZERO),
            ..with_body("", json!({evil: {evil: [evil]}, "b": [evil, evil]}).to_string())
        };
        let texts = [utc(&received), utc(&with_body("text/plain", evil))];
        for text in &texts {
            assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{text:?}");
            assert!(text.contains(r"\u{1b}]0;gone"));
        }
        assert_eq!(texts.map(|text| text.lines().count()), [6, 4]);
    }

    #[test]
    fn a_body_without_fields_is_shown_beside_the_query() {
        let text = utc(&with_body("text/plain", "hello"));
        assert!(text.ends_with("    id = 42\n    hello\n"), "{text}");
    }

    #[test]
    fn long_and_truncated_bodies_say_so() {
        let text = utc(&Received { body_length: 9000, ..with_body("text/plain", vec![b'x'; 3000]) });
        assert!(text.contains("x… (3000 characters)"), "{text}");
        assert!(text.contains("the first 3000 of 9000 bytes"), "{text}");
        let whole = utc(&with_body("text/plain", "ü".repeat(TEXT_SHOWN)));
        assert!(whole.ends_with("ü\n"), "{whole}");
        let longer = utc(&with_body("text/plain", "ü".repeat(TEXT_SHOWN + 1)));
        assert!(longer.ends_with("ü… (2001 characters)\n"), "{longer}");
    }

    #[test]
    fn the_description_is_bounded() {
        let form = "application/x-www-form-urlencoded";
        let many: Vec<String> = (0..80_000).map(|n| format!("{n:x}={}", "v".repeat(7))).collect();
        let wide = "n".repeat(500);
        for (content_type, body, more) in [
            ("application/json", format!("{{\"a\":[{}1]}}", "1,".repeat(1 << 19)), None),
            (form, "a=&".repeat(349_000), Some("348 901")),
            (form, many.join("&"), Some("79 901")),
            (form, format!("{wide}={wide}&").repeat(1000), Some("901")),
            ("text/plain", "\u{1}".repeat(1 << 20), None),
        ] {
            let text = utc(&with_body(content_type, body));
            assert!(text.len() < 100_000 && text.lines().count() < 110, "{}", text.len());
            let expected = more.map_or(String::new(), |more| format!("    … and {more} more fields"));
            assert!(text.contains(&expected), "{expected}: {}", &text[text.len() - 200..]);
        }
        let long = "x".repeat(60_000);
        let headers = vec![("x-long".to_owned(), long.clone())];
        let text = utc(&Received { path: long.clone(), query: long, headers, ..sample() });
        assert!(text.len() < 4000, "{}", text.len());
    }

    #[test]
    fn results_of_decryption_are_shown() {
        let sent = |algorithm: &str, body: &str, key: &str| {
            let decryption = Decryption::parse(&format!("{algorithm}:{key}:POabcdefghijklLY")).unwrap();
            let text = describe_in(
                &with_body("application/json", body.to_owned()),
                &TimeZone::UTC,
                &Examined { decryption: Some(&decryption), verification: None },
            );
            text.lines().skip(2).map(|line| line.trim().to_owned()).collect::<Vec<_>>()
        };
        let cfb = r#"{"status":"6+sHPg0LMg==","both":["6+sHPg0LMg==","AAAA"],"plain":"not base64"}"#;
        assert_eq!(
            sent("AES-128-CFB", cfb, "K1abcdefghijkl2P"),
            [
                "id = 42",
                "status = DELIVRD  (decrypted, unverified)",
                "both = [\"DELIVRD\",\"AAAA\"]  (1 decrypted, unverified, 1 not: wrong key or IV, or not encrypted)",
                "plain = not base64",
            ]
        );
        let gcm = r#"{"status":"nu/Sw5YNZbs5Z9MTJ7XvxVJAq/j6Xk4="}"#;
        let right = sent("AES-256-GCM", gcm, "K1abcdefghijkl2Pmnopqrstuvwxyz01");
        assert_eq!(right[1], "status = DELIVRD  (decrypted)");
        let wrong = sent("AES-256-GCM", gcm, "K2abcdefghijkl2Pmnopqrstuvwxyz01");
        assert_eq!(
            wrong[1],
            "status = nu/Sw5YNZbs5Z9MTJ7XvxVJAq/j6Xk4=  (not decrypted: wrong key or IV, or not encrypted)"
        );
    }
}
