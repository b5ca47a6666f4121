//! Which addresses a callback may go to: the settings `network`, `network_allow`, `network_deny`
//! (design, section 5). Pure: names are judged by what they are called, and by the addresses that
//! whoever dials them has found.

mod embedded;
mod entry;
mod kind;

use std::net::IpAddr;

use url::{Host, Url};

use super::choice::Choice;
use embedded::reached;

pub use entry::{BadEntry, NetworkEntry};
pub use kind::{AddressKind, Inside};

/// Who may be reached within the own networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// Loopback and private addresses too: whoever writes profiles runs the machine.
    #[default]
    Operator,
    /// Public addresses only, and what is allowed by name: others may write profiles.
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

/// What may be dialled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// The rule where no list has a word.
    pub reach: Reach,
    /// What [`Reach::Public`] would refuse, and is allowed.
    pub allow: Vec<NetworkEntry>,
    /// What is refused, whatever else allows it.
    pub deny: Vec<NetworkEntry>,
}

/// Something that is not dialled, and why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No setting opens it.
    #[error("{address} is {kind}, which is never dialled")]
    Never {
        /// The address.
        address: IpAddr,
        /// What it is.
        kind: &'static str,
    },
    /// It lies within the own networks, and the setting is `public`.
    #[error("{address} is {inside}, which network = \"public\" refuses unless network_allow names it")]
    Inside {
        /// The address.
        address: IpAddr,
        /// Where it lies.
        inside: Inside,
    },
    /// A list refuses it.
    #[error("{what} is refused: network_deny has \"{entry}\"")]
    Denied {
        /// The address or name.
        what: String,
        /// The entry of the list.
        entry: NetworkEntry,
    },
}

impl Network {
    /// Judges an address that is dialled, under the name that led to it if one did. IPv4 inside IPv6
    /// is judged as the IPv4 that it reaches.
    ///
    /// # Errors
    /// Why it is not dialled.
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

    /// Judges a name by what it is called; where it leads is judged when it is dialled.
    ///
    /// # Errors
    /// A list refuses it.
    pub fn judge_name(&self, name: &str) -> Result<(), Refused> {
        match self.deny.iter().find(|entry| entry.has_name(name)) {
            Some(entry) => Err(Refused::Denied { what: name.to_owned(), entry: entry.clone() }),
            None => Ok(()),
        }
    }

    /// Judges the host of a URL: an address in whichever spelling (the URL parser has read it), or a
    /// name by what it is called.
    ///
    /// # Errors
    /// Why it is not dialled.
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
