//! The name of an endpoint's host, which must resolve.

use url::{Host, Url};

/// The name in an origin; none in that of an address.
pub fn host_name(origin: &str) -> Option<Box<str>> {
    match Url::parse(origin).ok()?.host()? {
        Host::Domain(name) => Some(name.into()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}
