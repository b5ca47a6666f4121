//! The header `Idempotency-Key`.

use axum::http::{HeaderMap, HeaderName};

use super::{ApiError, Code};

/// The name of the header.
pub(super) const NAME: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key in bytes (our decision).
const MAX_KEY_BYTES: usize = 255;

/// The key of a request, if it has one: 1 to 255 visible ASCII characters and blanks.
///
/// # Errors
/// It is not such a text, or there are two.
pub(super) fn of(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(NAME).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let refused = |why: &str| Err(ApiError::new(Code::BadRequest, format!("Idempotency-Key {why}")));
    if values.next().is_some() {
        return refused("is there twice: give one");
    }
    match value.to_str().map(str::trim) {
        Ok("") => refused("is empty: give each request a key of its own, or omit it"),
        Ok(key) if key.len() > MAX_KEY_BYTES => refused("is longer than 255 characters"),
        Ok(key) if key.contains('\t') => refused("has a tab: use visible ASCII characters"),
        Ok(key) => Ok(Some(key.to_owned())),
        Err(_) => refused("has characters other than visible ASCII"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn key(values: &[&[u8]]) -> Result<Option<String>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(NAME, HeaderValue::from_bytes(value).unwrap());
        }
        of(&headers).map_err(|error| error.params().join("; "))
    }

    #[test]
    fn a_key_is_taken_as_given_or_refused_with_the_reason() {
        assert_eq!(key(&[]), Ok(None));
        assert_eq!(key(&[b"order 7"]), Ok(Some("order 7".to_owned())));
        assert_eq!(key(&[&[b'x'; 255]]), Ok(Some("x".repeat(255))));
        for (values, why) in [
            (&[&b""[..]][..], "is empty"),
            (&[&[b'x'; 256][..]], "longer than 255"),
            (&[b"a\tb"], "has a tab"),
            (&[b"\xc3\xa4"], "visible ASCII"),
            (&[b"a", b"a"], "is there twice"),
        ] {
            assert!(key(values).unwrap_err().contains(why), "{why}");
        }
    }
}
