//! Which addresses are never dialled, judged where they are dialled.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The address is one that is never dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} is {kind}, which is never dialled")]
pub struct RefusedAddress {
    address: IpAddr,
    kind: &'static str,
}

/// The name leads to no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the name {0} does not resolve")]
pub struct Unresolved(String);

/// Checks one address: link-local (with it the cloud's metadata service), multicast, unspecified and
/// reserved ones are refused always (design, section 5). IPv4 inside IPv6 is judged as IPv4.
///
/// # Errors
/// When the address is refused.
pub fn check(address: IpAddr) -> Result<(), RefusedAddress> {
    let kind = match address {
        IpAddr::V4(ip) => refused_v4(ip),
        IpAddr::V6(ip) => match embedded_v4(ip) {
            Some(inner) => refused_v4(inner),
            None => refused_v6(ip),
        },
    };
    kind.map_or(Ok(()), |kind| Err(RefusedAddress { address, kind }))
}

/// Checks the host of a URL when it is an address; the URL parser has read every spelling of it.
///
/// # Errors
/// When the address is refused.
pub fn check_literal(url: &Url) -> Result<(), RefusedAddress> {
    match url.host() {
        Some(Host::Ipv4(ip)) => check(ip.into()),
        Some(Host::Ipv6(ip)) => check(ip.into()),
        Some(Host::Domain(_)) | None => Ok(()),
    }
}

/// Metadata services that are not link-local: Alibaba Cloud's.
const METADATA_V4: [Ipv4Addr; 1] = [Ipv4Addr::new(100, 100, 100, 200)];

/// The same in IPv6: those of AWS and of Google Cloud.
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
];

fn refused_v4(ip: Ipv4Addr) -> Option<&'static str> {
    if METADATA_V4.contains(&ip) {
        return Some("a metadata service");
    }
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (0, ..) => Some("unspecified"),
        (169, 254, _) => Some("link-local"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Some("reserved for documentation"),
        (198, 18 | 19, _) => Some("reserved for benchmarks"),
        (224..=239, ..) => Some("multicast"),
        (192, 0, 0) | (240..=255, ..) => Some("reserved"),
        _ => None,
    }
}

fn refused_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let [first, second, ..] = ip.segments();
    if ip.is_unspecified() {
        Some("unspecified")
    } else if ip.is_multicast() {
        Some("multicast")
    } else if first & 0xffc0 == 0xfe80 {
        Some("link-local")
    } else if (first, second) == (0x2001, 0x0db8) || (first, second >> 12) == (0x3fff, 0) {
        Some("reserved for documentation")
    } else if METADATA_V6.contains(&ip) {
        Some("a metadata service")
    } else {
        None
    }
}

/// The IPv4 address that an IPv6 one carries: mapped, compatible, NAT64, 6to4 or Teredo.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match ip.segments() {
        // In their order: mapped, NAT64, NAT64 of a network's own (RFC 8215), 6to4. The first 96 bits of `::1` and `::` are those of a
        // compatible address too, which is told from them by its first half.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => Some(v4(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high > 0 => Some(v4(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(v4(!high, !low)),
        _ => None,
    }
}

/// The system's resolver with the guard behind it.
#[derive(Debug, Clone, Copy, Default)]
pub struct GuardedResolver;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let looked_up = tokio::net::lookup_host((host.as_str(), 0)).await;
            let found: Vec<SocketAddr> = looked_up.map_err(|_| Unresolved(host.clone()))?.collect();
            let mut refused = None;
            let mut allowed = Vec::new();
            for address in found {
                match check(address.ip()) {
                    Ok(()) => allowed.push(address),
                    Err(error) => refused = Some(error),
                }
            }
            match (allowed.is_empty(), refused) {
                (true, Some(error)) => Err(error.into()),
                (true, None) => Err(Unresolved(host).into()),
                (false, _) => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(url: &str) -> bool {
        check_literal(&Url::parse(url).expect(url)).is_ok()
    }

    #[test]
    fn this_machine_and_private_networks_are_the_operators() {
        for url in [
            "http://127.0.0.1/",
            "http://10.1.2.3/",
            "http://[::1]/",
            "http://192.168.0.9/",
            "https://8.8.8.8/",
            "http://100.100.100.201/",
            "http://[fd20:ce::253]/",
            "http://[64:ff9b:1::808:808]/",
            "http://[64:ff9b:2::a9fe:a9fe]/",
            "http://[3ff0::1]/",
            "http://[3fff:1000::1]/",
        ] {
            assert!(verdict(url), "{url}");
        }
    }

    #[test]
    fn refused_in_every_spelling() {
        for (url, kind) in [
            ("http://169.254.169.254/", "link-local"),
            ("http://0xa9fea9fe/", "link-local"),
            ("http://2852039166/", "link-local"),
            ("http://0251.0376.0251.0376/", "link-local"),
            ("http://169.254.43518/", "link-local"),
            ("http://[::ffff:169.254.169.254]/", "link-local"),
            ("http://[::169.254.169.254]/", "link-local"),
            ("http://[64:ff9b::a9fe:a9fe]/", "link-local"),
            ("http://[64:ff9b:1::a9fe:a9fe]/", "link-local"),
            ("http://[64:ff9b:1:2:3:4:a9fe:a9fe]/", "link-local"),
            ("http://[2002:a9fe:a9fe::1]/", "link-local"),
            ("http://[2001:0:1:2:3:4:5601:5601]/", "link-local"),
            ("http://[fe80::1]/", "link-local"),
            ("http://[ff02::1]/", "multicast"),
            ("http://224.0.0.1/", "multicast"),
            ("http://[::]/", "unspecified"),
            ("http://0.0.0.0/", "unspecified"),
            ("http://255.255.255.255/", "reserved"),
            ("http://100.100.100.200/", "a metadata service"),
            ("http://[::ffff:100.100.100.200]/", "a metadata service"),
            ("http://[fd00:ec2::254]/", "a metadata service"),
            ("http://[fd20:ce::254]/", "a metadata service"),
            ("http://192.0.2.7/", "reserved for documentation"),
            ("http://[2001:db8::1]/", "reserved for documentation"),
            ("http://[3fff::1]/", "reserved for documentation"),
            ("http://[3fff:fff:ffff::1]/", "reserved for documentation"),
        ] {
            let refused = check_literal(&Url::parse(url).expect(url)).expect_err(url);
            assert_eq!(refused.kind, kind, "{url}");
        }
    }
}
