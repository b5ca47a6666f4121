//! The secrets of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderMap;

use super::pattern::SHORTEST;

/// The secrets among a request's headers: values marked as sensitive, the text after `Basic` or `Bearer`, and the
/// password of Basic.
#[must_use]
pub(in crate::delivery) fn of_headers(headers: &HeaderMap) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for value in headers.values().filter(|value| value.is_sensitive()) {
        // Header parsers trim spaces.
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
    secrets.retain(|secret| secret.len() >= SHORTEST);
    secrets
}
