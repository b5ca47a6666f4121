//! The kind of an address, according to the registries of special-purpose addresses (IANA; RFC 6890 and later).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kind of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Publicly reachable.
    Public,
    /// On this machine or in a private network.
    Inside(Inside),
    /// Never a valid target, with the name of its range.
    Never(&'static str),
}

/// The range of an address that is not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// This machine.
    Loopback,
    /// RFC 1918 and RFC 4193, and their predecessors, site-local addresses.
    Private,
    /// RFC 6598: between a provider and its customers; also used by overlay networks.
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

impl AddressKind {
    /// The kind of an address. Embedded IPv4 addresses must be extracted first.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(ip) => v4(ip),
            IpAddr::V6(ip) => v6(ip),
        }
    }
}

fn v4(ip: Ipv4Addr) -> AddressKind {
    if METADATA_V4.contains(&ip) {
        return AddressKind::Never("a metadata service");
    }
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (0, ..) => AddressKind::Never("unspecified"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => AddressKind::Inside(Inside::Private),
        (100, 64..=127, _) => AddressKind::Inside(Inside::Shared),
        (127, ..) => AddressKind::Inside(Inside::Loopback),
        (169, 254, _) => AddressKind::Never("link-local"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => AddressKind::Never("reserved for documentation"),
        (198, 18 | 19, _) => AddressKind::Never("reserved for benchmarks"),
        (224..=239, ..) => AddressKind::Never("multicast"),
        (192, 0, 0) | (192, 88, 99) | (240..=255, ..) => AddressKind::Never("reserved"),
        _ => AddressKind::Public,
    }
}

fn v6(ip: Ipv6Addr) -> AddressKind {
    let [first, second, third, ..] = ip.segments();
    if ip.is_unspecified() {
        AddressKind::Never("unspecified")
    } else if ip.is_loopback() {
        AddressKind::Inside(Inside::Loopback)
    } else if ip.is_multicast() {
        AddressKind::Never("multicast")
    } else if first & 0xffc0 == 0xfe80 {
        AddressKind::Never("link-local")
    } else if METADATA_V6.contains(&ip) {
        AddressKind::Never("a metadata service")
    } else if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfec0 {
        AddressKind::Inside(Inside::Private)
    } else if (first, second) == (0x2001, 0x0db8) || (first, second >> 12) == (0x3fff, 0) {
        AddressKind::Never("reserved for documentation")
    } else if (first, second, third) == (0x2001, 2, 0) {
        AddressKind::Never("reserved for benchmarks")
    } else if first & 0xe000 != 0x2000 {
        // All public addresses are in 2000::/3.
        AddressKind::Never("reserved")
    } else {
        AddressKind::Public
    }
}
