//! The host and port of a URL, for messages.

use std::fmt;

use hyper::Uri;

/// The target of a request: host and port.
pub struct HostPort<'a>(pub &'a Uri);

impl fmt::Display for HostPort<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = if self.0.scheme_str() == Some("https") { 443 } else { 80 };
        write!(f, "{}:{}", self.0.host().unwrap_or_default(), self.0.port_u16().unwrap_or(usual))
    }
}
