//! The key that a request presents.

use axum::http::{HeaderMap, HeaderName, header};

/// The platform's header.
const API_KEY: HeaderName = HeaderName::from_static("api-key");

/// The text of the key: of `api-key`, or of `Authorization: Bearer`. None if there is none, or more than one.
pub(super) fn of(headers: &HeaderMap) -> Option<&str> {
    let own = headers.get_all(API_KEY).iter().map(|value| value.to_str().ok());
    let bearer = headers.get_all(header::AUTHORIZATION).iter().map(|value| {
        let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(key)
    });
    let mut all = own.chain(bearer);
    let key = all.next()??.trim();
    all.next().is_none().then_some(key)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_key_is_in_one_of_two_headers() {
        let key = |all: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in all {
                headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            of(&headers).map(str::to_owned)
        };
        assert_eq!(key(&[("api-key", "k")]).as_deref(), Some("k"));
        assert_eq!(key(&[("authorization", "bearer  k ")]).as_deref(), Some("k"));
        for none in [
            &[][..],
            &[("authorization", "Basic k")],
            &[("authorization", "k")],
            &[("api-key", "k"), ("api-key", "k")],
            &[("api-key", "k"), ("authorization", "Bearer k")],
        ] {
            assert_eq!(key(none), None, "{none:?}");
        }
    }
}
