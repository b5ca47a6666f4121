//! The target of a request, parsed once, in each of the forms that are sent.

use bytes::Bytes;
use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::http::uri::{Authority, Parts};

/// The target of requests. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Target {
    /// With scheme and host, as in HTTP/2.
    pub uri: Uri,
    /// Host and port: the key of kept connections.
    pub authority: Authority,
    /// Path and query alone, as in HTTP/1.1 (RFC 9112, section 3.2.1).
    pub path: Uri,
    /// The `Host` of HTTP/1.1: without the scheme's default port.
    pub host: HeaderValue,
    /// Whether connections are secured.
    pub is_secure: bool,
}

impl Target {
    /// Parses a URI; none if it has no host.
    pub fn of(uri: Uri) -> Option<Self> {
        let authority = uri.authority()?.clone();
        let is_secure = uri.scheme_str() == Some("https");
        let usual = if is_secure { 443 } else { 80 };
        let host = match authority.port_u16() {
            Some(port) if port != usual => format!("{}:{port}", authority.host()),
            _ => authority.host().to_owned(),
        };
        let host = HeaderValue::from_maybe_shared(Bytes::from(host)).ok()?;
        let mut parts = Parts::default();
        parts.path_and_query = uri.path_and_query().cloned();
        let path = if parts.path_and_query.is_some() { Uri::from_parts(parts).ok()? } else { Uri::default() };
        Some(Self { uri, authority, path, host, is_secure })
    }

    /// The port that is dialled.
    pub fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.is_secure { 443 } else { 80 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_the_forms_that_are_sent() {
        for (url, path, host, port) in [
            ("http://a.example/b?c=d", "/b?c=d", "a.example", 80),
            ("http://a.example:80", "/", "a.example", 80),
            ("https://a.example:443/", "/", "a.example", 443),
            ("https://a.example:80/x", "/x", "a.example:80", 80),
            ("http://[::1]:8080/?q", "/?q", "[::1]:8080", 8080),
        ] {
            let target = Target::of(url.parse().unwrap()).unwrap();
            assert_eq!(
                (target.path.to_string().as_str(), target.host.to_str().unwrap()),
                (path, host),
                "{url}"
            );
            assert_eq!((target.port(), target.is_secure), (port, url.starts_with("https")), "{url}");
        }
        assert!(Target::of("/path".parse().unwrap()).is_none());
    }
}
