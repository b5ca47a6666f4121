//! Which addresses may receive callbacks: the settings `network`, `network_allow`, `network_deny` (our decision;
//! docs/security.md). Pure: names are checked as such, and by the addresses that the caller has resolved.

mod embedded;
mod entry;
mod kind;

use std::net::IpAddr;

use url::{Host, Url};

use super::choice::Choice;
use embedded::reached;

pub use entry::{BadEntry, NetworkEntry};
pub use kind::{AddressKind, Inside};

/// Whether private networks may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// Loopback and private addresses too: profiles are written by the operator of the machine.
    #[default]
    Operator,
    /// Public addresses only, and those that are explicitly allowed: others may write profiles.
    Public,
}

impl Choice for Reach {
    const ALL: &'static [Self] = &[Self::Operator, Self::Public];

    fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Public => "public",
        }
    }
}

/// Which addresses may be dialled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// The rule for addresses in no list.
    pub reach: Reach,
    /// Exceptions that are allowed with [`Reach::Public`].
    pub allow: Vec<NetworkEntry>,
    /// Entries that are always refused.
    pub deny: Vec<NetworkEntry>,
}

/// Something that must not be dialled, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No setting allows it.
    #[error("{address} is {kind}, which is never dialled")]
    Never {
        /// The address.
        address: IpAddr,
        /// Its range.
        kind: &'static str,
    },
    /// It is in a private network, and the setting is `public`.
    #[error("{address} is {inside}, which network = \"public\" refuses unless network_allow names it")]
    Inside {
        /// The address.
        address: IpAddr,
        /// Its range.
        inside: Inside,
    },
    /// A list refuses it.
    #[error("{what} is refused: network_deny has \"{entry}\"")]
    Denied {
        /// The address or name.
        what: String,
        /// The entry in the list.
        entry: NetworkEntry,
    },
}

impl Network {
    /// Checks an address to dial, with the name that it was resolved from, if any. IPv4 embedded in IPv6 is checked
    /// as the IPv4 address that it reaches.
    ///
    /// # Errors
    /// Why it must not be dialled.
    pub fn judge(&self, name: Option<&str>, address: IpAddr) -> Result<(), Refused> {
        let reached: Vec<IpAddr> = match address {
            IpAddr::V4(_) => vec![address],
            IpAddr::V6(ip) => reached(ip),
        };
        let kinds = || reached.iter().map(|ip| (*ip, AddressKind::of(*ip)));
        if let Some((_, AddressKind::Never(kind))) =
            kinds().find(|(_, kind)| matches!(kind, AddressKind::Never(_)))
        {
            return Err(Refused::Never { address, kind });
        }
        if let Some(name) = name {
            self.judge_name(name)?;
        }
        let denies =
            |entry: &&NetworkEntry| reached.iter().chain([&address]).any(|ip| entry.has_address(*ip));
        if let Some(entry) = self.deny.iter().find(denies) {
            return Err(Refused::Denied { what: address.to_string(), entry: entry.clone() });
        }
        if self.reach == Reach::Operator {
            return Ok(());
        }
        let by_name = name.is_some_and(|name| self.allow.iter().any(|entry| entry.has_name(name)));
        let allowed = |ip: IpAddr| by_name || self.allow.iter().any(|entry| entry.has_address(ip));
        for (ip, kind) in kinds() {
            if let AddressKind::Inside(inside) = kind
                && !allowed(ip)
            {
                return Err(Refused::Inside { address, inside });
            }
        }
        Ok(())
    }

    /// Checks a name as such; its addresses are checked when dialling.
    ///
    /// # Errors
    /// A list refuses it.
    pub fn judge_name(&self, name: &str) -> Result<(), Refused> {
        match self.deny.iter().find(|entry| entry.has_name(name)) {
            Some(entry) => Err(Refused::Denied { what: name.to_owned(), entry: entry.clone() }),
            None => Ok(()),
        }
    }

    /// Checks the host of a URL: an address in any notation (the URL parser has parsed it), or a name as such.
    ///
    /// # Errors
    /// Why it must not be dialled.
    pub fn judge_url(&self, url: &Url) -> Result<(), Refused> {
        match url.host() {
            Some(Host::Ipv4(ip)) => self.judge(None, ip.into()),
            Some(Host::Ipv6(ip)) => self.judge(None, ip.into()),
            Some(Host::Domain(name)) => self.judge_name(name),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
