//! IPv4 addresses embedded in an IPv6 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that dialling this one may reach: the IPv4 addresses embedded in it, otherwise itself. An address in
/// ISATAP form counts as both, since any network may use that form.
pub(super) fn reached(ip: Ipv6Addr) -> Vec<IpAddr> {
    let mut reached: Vec<IpAddr> = embedded(ip).map(IpAddr::V4).collect();
    if reached.is_empty() {
        reached.push(ip.into());
    }
    reached.extend(isatap(ip).map(IpAddr::V4));
    reached
}

/// The IPv4 addresses that an address carries.
///
/// Mapped (RFC 4291, 2.5.5.2), compatible (2.5.5.1), translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056) and
/// Teredo (RFC 4380) addresses carry one each. A network-specific NAT64 address (RFC 8215) may have it at four
/// positions, and does not say which: all of them count.
fn embedded(ip: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    let one = match ip.segments() {
        // In this order: mapped, translated, NAT64, network-specific NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => Some(v4(high, low)),
        // `::` and `::1` look like compatible addresses, but are not.
        [0, 0, 0, 0, 0, 0, high, low] if high > 0 => Some(v4(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(v4(!high, !low)),
        _ => None,
    };
    one.into_iter().chain(of_own_nat64(ip))
}

/// RFC 5214, section 6.1: after any prefix `0:5efe` or `200:5efe`, then the IPv4 address that the packet is sent to.
/// The universal/local and individual/group bits are ignored.
fn isatap(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    match ip.segments() {
        [.., bits, 0x5efe, high, low] if bits & !0x0300 == 0 => Some(v4(high, low)),
        _ => None,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

/// RFC 6052, section 2.2, with prefixes of 48, 56 and 64 bits: the eight bits from 64 are skipped. A candidate that
/// starts with 0 is not an address, but the zeros of a longer prefix.
fn of_own_nat64(ip: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    let o = ip.octets();
    let is_own = ip.segments()[..3] == [0x64, 0xff9b, 1];
    let places = [[o[6], o[7], o[9], o[10]], [o[7], o[9], o[10], o[11]], [o[9], o[10], o[11], o[12]]];
    places.into_iter().filter(move |octets| is_own && octets[0] > 0).map(Ipv4Addr::from)
}
