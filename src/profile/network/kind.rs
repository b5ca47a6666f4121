//! What an address is, by the registries of special-purpose addresses (IANA; RFC 6890 and after).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anyone's.
    Public,
    /// Of the own machine or networks.
    Inside(Inside),
    /// Nothing that a callback goes to, with its name.
    Never(&'static str),
}

/// Where an address lies that is not everyone's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// This machine.
    Loopback,
    /// RFC 1918 and RFC 4193, and the site-local addresses before those.
    Private,
    /// RFC 6598: between a provider and its customers; overlay networks use it too.
    Shared,
}

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Shared => "shared address space",
        })
    }
}

/// Metadata services that are not link-local: Alibaba Cloud's, Azure's and Oracle Cloud's.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

/// The same in IPv6: those of AWS and of Google Cloud.
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
];

impl Kind {
    /// What an address is. IPv4 inside IPv6 is to be taken out first.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(ip) => v4(ip),
            IpAddr::V6(ip) => v6(ip),
        }
    }
}

fn v4(ip: Ipv4Addr) -> Kind {
    if METADATA_V4.contains(&ip) {
        return Kind::Never("a metadata service");
    }
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (0, ..) => Kind::Never("unspecified"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Kind::Inside(Inside::Private),
        (100, 64..=127, _) => Kind::Inside(Inside::Shared),
        (127, ..) => Kind::Inside(Inside::Loopback),
        (169, 254, _) => Kind::Never("link-local"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Kind::Never("reserved for documentation"),
        (198, 18 | 19, _) => Kind::Never("reserved for benchmarks"),
        (224..=239, ..) => Kind::Never("multicast"),
        (192, 0, 0) | (192, 88, 99) | (240..=255, ..) => Kind::Never("reserved"),
        _ => Kind::Public,
    }
}

fn v6(ip: Ipv6Addr) -> Kind {
    let [first, second, third, ..] = ip.segments();
    if ip.is_unspecified() {
        Kind::Never("unspecified")
    } else if ip.is_loopback() {
        Kind::Inside(Inside::Loopback)
    } else if ip.is_multicast() {
        Kind::Never("multicast")
    } else if first & 0xffc0 == 0xfe80 {
        Kind::Never("link-local")
    } else if METADATA_V6.contains(&ip) {
        Kind::Never("a metadata service")
    } else if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfec0 {
        Kind::Inside(Inside::Private)
    } else if (first, second) == (0x2001, 0x0db8) || (first, second >> 12) == (0x3fff, 0) {
        Kind::Never("reserved for documentation")
    } else if (first, second, third) == (0x2001, 2, 0) {
        Kind::Never("reserved for benchmarks")
    } else if first & 0xe000 != 0x2000 {
        // All that is anyone's lies in 2000::/3.
        Kind::Never("reserved")
    } else {
        Kind::Public
    }
}
