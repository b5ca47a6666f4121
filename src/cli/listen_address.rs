//! Addresses to listen on, on the command line.

use std::net::{Ipv4Addr, SocketAddr};

/// Parses `ADDR:PORT`, `localhost:PORT`, or a port of this machine.
///
/// # Errors
/// A sentence about the accepted forms.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| "use an address and a port, such as 127.0.0.1:9977 or [::1]:9977".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, addr) in [
            ("9977", "127.0.0.1:9977"),
            ("localhost:0", "127.0.0.1:0"),
            ("[::1]:80", "[::1]:80"),
            ("0.0.0.0:1", "0.0.0.0:1"),
        ] {
            assert_eq!(listen_address(text), Ok(addr.parse().unwrap()), "{text}");
        }
        for bad in ["", "99999", "hooks.example:80", "127.0.0.1"] {
            assert!(listen_address(bad).unwrap_err().contains("127.0.0.1:9977"), "{bad}");
        }
    }
}
