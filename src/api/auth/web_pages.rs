//! Keeps web pages away from an API that asks for no key: any page in a browser on this machine could use it.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header};

use crate::api::{ApiError, Code};

/// Refuses a request that a web page may have made: it has an origin, or names another host than this machine, as
/// after DNS rebinding.
///
/// # Errors
/// It may be one.
pub(crate) fn refuse(uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    // HTTP/2 has the host in the URI.
    let named = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<Uri>().ok());
    let host = uri.host().or_else(|| named.as_ref()?.host());
    if headers.contains_key(header::ORIGIN) || !host.is_some_and(is_this_machine) {
        let why = "without keys, only programs of this machine are served: name it as localhost or 127.0.0.1, and send no \
                   Origin";
        return Err(ApiError::new(Code::Forbidden, why));
    }
    Ok(())
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_programs_of_this_machine_are_served() {
        let is_served = |uri: &'static str, host: Option<&'static str>, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            host.map(|host| headers.insert(header::HOST, HeaderValue::from_static(host)));
            origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_static(origin)));
            refuse(&Uri::from_static(uri), &headers).is_ok()
        };
        for host in ["localhost", "LOCALHOST:9979", "127.0.0.1:9979", "127.9.9.9", "[::1]:9979"] {
            assert!(is_served("/x", Some(host), None), "{host}");
            assert!(!is_served("/x", Some(host), Some("https://page.example")), "{host}");
        }
        assert!(is_served("http://localhost:9979/x", None, None));
        for host in ["page.example", "localhost.page.example:9979", "192.0.2.1", ""] {
            assert!(!is_served("/x", Some(host), None), "{host}");
        }
        assert!(!is_served("/x", None, None));
    }
}
