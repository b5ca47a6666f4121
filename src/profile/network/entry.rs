//! An entry of `network_allow` or `network_deny`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use url::Host;

/// A network, a name, or all names under one. Displayed as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkEntry {
    text: String,
    means: Means,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Means {
    Addresses(IpNet),
    Name(String),
    /// The suffix of names, such as `.corp.example`.
    Under(String),
}

/// An invalid entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not an address (10.1.2.3), network (10.0.0.0/8, fd00::/8), name (hooks.example) or domain \
     (.corp.example)"
)]
pub struct BadEntry(String);

impl NetworkEntry {
    /// Parses an entry: an address in any notation, a network with its prefix length, a name, or with a leading dot
    /// (or `*.`) all names under one.
    ///
    /// # Errors
    /// It is none of these.
    pub fn parse(text: &str) -> Result<Self, BadEntry> {
        let text = text.trim();
        let means = means(text).ok_or_else(|| BadEntry(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), means })
    }

    /// Whether it matches this address.
    #[must_use]
    pub fn has_address(&self, address: IpAddr) -> bool {
        matches!(&self.means, Means::Addresses(network) if network.contains(&address))
    }

    /// Whether it matches this host, ignoring case and a trailing dot.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        match &self.means {
            Means::Addresses(_) => false,
            Means::Name(known) => name == *known,
            Means::Under(end) => name.len() > end.len() && name.ends_with(end.as_str()),
        }
    }
}

impl fmt::Display for NetworkEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn means(text: &str) -> Option<Means> {
    if text.contains('/') {
        return text.parse::<IpNet>().ok().map(|network| Means::Addresses(unmapped(network)));
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Means::Addresses(unmapped(address.into())));
    }
    if let Some(domain) = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')) {
        return name(domain).map(|name| Means::Under(format!(".{name}")));
    }
    match Host::parse(text).ok()? {
        Host::Ipv4(address) => Some(Means::Addresses(IpAddr::V4(address).into())),
        Host::Ipv6(address) => Some(Means::Addresses(unmapped(IpAddr::V6(address).into()))),
        Host::Domain(_) => name(text).map(Means::Name),
    }
}

/// A name as in URLs: in lower case, and ASCII.
fn name(text: &str) -> Option<String> {
    let Host::Domain(name) = Host::parse(text).ok()? else { return None };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    (!name.is_empty() && !name.contains('*') && !name.starts_with('.')).then_some(name)
}

/// Mapped IPv4 as IPv4: addresses are checked as the address that they reach.
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let inner = v6.addr().to_ipv4_mapped().filter(|_| v6.prefix_len() >= 96);
    let net = |address: Ipv4Addr| Ipv4Net::new(address, v6.prefix_len() - 96).ok();
    inner.and_then(net).map_or(network, IpNet::V4)
}
