//! Takes the credentials of a request out of its answer, for endpoints that repeat what they were
//! sent: the delivery log keeps answers, and no secret (facts, section 4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{HeaderMap, HeaderValue};

/// What stands in place of a secret.
const HIDDEN: &[u8] = "••••".as_bytes();
/// Shorter texts stand in any answer by chance.
const SHORTEST: usize = 4;

/// The secrets among a request's headers: the values that were marked as sensitive, what follows
/// `Basic` or `Bearer`, and the password of Basic. As they were sent and as they stand in JSON;
/// another spelling of one (such as with percent signs) is not known.
#[must_use]
pub fn secrets_of(headers: &HeaderMap) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for value in headers.values().filter(|value| value.is_sensitive()) {
        // What reads a header leaves the spaces around it out.
        let whole = value.as_bytes().trim_ascii();
        secrets.push(whole.to_vec());
        let Some(space) = whole.iter().position(|byte| *byte == b' ') else { continue };
        let (scheme, rest) = (&whole[..space], &whole[space + 1..]);
        secrets.push(rest.to_vec());
        if scheme.eq_ignore_ascii_case(b"basic")
            && let Ok(plain) = STANDARD.decode(rest)
            && let Some(colon) = plain.iter().position(|byte| *byte == b':')
        {
            secrets.push(plain[colon + 1..].to_vec());
        }
    }
    let in_json: Vec<Vec<u8>> = secrets.iter().filter_map(|secret| in_json(secret)).collect();
    secrets.extend(in_json);
    secrets.retain(|secret| secret.len() >= SHORTEST);
    // The longest first: a secret within another must not leave the rest of it behind.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets
}

/// A secret as it stands between the quotes of JSON, if that is another spelling.
fn in_json(secret: &[u8]) -> Option<Vec<u8>> {
    let quoted = serde_json::to_string(std::str::from_utf8(secret).ok()?).ok()?;
    let inner = &quoted.as_bytes()[1..quoted.len() - 1];
    (inner != secret).then(|| inner.to_vec())
}

/// The text without the secrets, of which the end did not come or was not kept: a secret may have
/// been cut there, and what is left of it goes too.
#[must_use]
pub fn without_in_part(text: Vec<u8>, secrets: &[Vec<u8>]) -> Vec<u8> {
    let mut text = without(text, secrets);
    let begun =
        |secret: &Vec<u8>| (SHORTEST..secret.len()).rev().find(|&length| text.ends_with(&secret[..length]));
    if let Some(length) = secrets.iter().filter_map(begun).max() {
        text.truncate(text.len() - length);
        text.extend_from_slice(HIDDEN);
    }
    text
}

/// The text without the secrets.
#[must_use]
pub fn without(text: Vec<u8>, secrets: &[Vec<u8>]) -> Vec<u8> {
    secrets.iter().fold(text, |text, secret| {
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            if text[at..].starts_with(secret) {
                out.extend_from_slice(HIDDEN);
                at += secret.len();
            } else {
                out.push(text[at]);
                at += 1;
            }
        }
        out
    })
}

/// The headers without the secrets.
pub fn clean(headers: &mut HeaderMap, secrets: &[Vec<u8>]) {
    if secrets.is_empty() {
        return;
    }
    for value in headers.values_mut() {
        let cleaned = without(value.as_bytes().to_vec(), secrets);
        if cleaned != value.as_bytes() {
            // The dots are no ASCII, and any byte above it can stand in a header's value.
            *value = HeaderValue::from_bytes(&cleaned).unwrap_or(HeaderValue::from_static("hidden"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut value = HeaderValue::try_from(value).unwrap();
        value.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert("authorization", value);
        headers.insert("x-shop", HeaderValue::from_static("north"));
        headers
    }

    #[test]
    fn each_part_of_basic_is_hidden() {
        let secrets = secrets_of(&headers("Basic YW5uOnMzY3JldCE="));
        let answer = b"Basic YW5uOnMzY3JldCE= or YW5uOnMzY3JldCE= or s3cret! from north".to_vec();
        let shown = String::from_utf8(without(answer, &secrets)).unwrap();
        assert_eq!(shown, "•••• or •••• or •••• from north");
    }

    #[test]
    fn spaces_around_and_escapes_within_hide_nothing_from_us() {
        let secrets = secrets_of(&headers(r#"Key a"b\c  "#));
        let answer = br#"a"b\c {"was": "Key a\"b\\c", "key": "a\"b\\c"}"#.to_vec();
        let shown = String::from_utf8(without(answer, &secrets)).unwrap();
        assert_eq!(shown, r#"•••• {"was": "••••", "key": "••••"}"#);
    }

    #[test]
    fn what_is_left_of_a_secret_at_a_cut_is_hidden() {
        let secrets = secrets_of(&headers("Bearer t0ken-1"));
        let shown = |text: &str| String::from_utf8(without_in_part(text.into(), &secrets)).unwrap();
        assert_eq!(shown("got Bearer t0k"), "got ••••");
        assert_eq!(shown("got t0ken-"), "got ••••");
        assert_eq!(shown("got t0ken-1"), "got ••••");
        assert_eq!(shown("t0ken-1 and t0k"), "•••• and t0k", "three letters stand anywhere by chance");
    }

    #[test]
    fn headers_are_cleaned_and_others_left() {
        let secrets = secrets_of(&headers("Bearer t0ken-1"));
        let mut answer = HeaderMap::new();
        answer.insert("x-echo", HeaderValue::from_static("got t0ken-1!"));
        answer.insert("x-other", HeaderValue::from_static("t0ken"));
        clean(&mut answer, &secrets);
        assert_eq!(answer["x-echo"].as_bytes(), "got ••••!".as_bytes());
        assert_eq!(answer["x-other"], "t0ken");
    }
}
