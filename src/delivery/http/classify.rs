//! Classifies an error of the HTTP client, with a sentence that a support engineer understands.

mod causes;
mod http2;
mod incomplete_body;
mod tls;

use std::error::Error;
use std::io;

use hyper::StatusCode;

use super::bounds::{HEAD_LIMIT, HEADER_LIMIT};
use super::connector::NotConnected;
use super::egress_filter::NoAddress;
use super::exchange_error::ExchangeError;
use super::host_port::HostPort;
use super::local_trouble::LocalTrouble;
use super::tls::TlsFault;
use crate::record::{ErrorClass, Failure};

use causes::causes;

pub use incomplete_body::{broken_body, late_body};

/// A response other than 2xx; `location` is the target of a redirect.
#[must_use]
pub fn of_status(status: StatusCode, location: Option<&str>) -> Option<Failure> {
    if status.is_success() {
        return None;
    }
    let reason = status.canonical_reason().map(|r| format!(" {r}")).unwrap_or_default();
    let redirect = match location {
        Some(to) if status.is_redirection() => format!(", to {to}: redirects are not followed"),
        _ => String::new(),
    };
    let message = format!("{}{reason}{redirect}", status.as_u16());
    Some(Failure { class: ErrorClass::Status, message })
}

/// A profile's connections cannot be secured.
#[must_use]
pub fn no_tls(peer: &HostPort<'_>, fault: &TlsFault) -> ExchangeError {
    // Its files may be unread because of that.
    let trouble = if let TlsFault::Local(trouble) = fault { Some(*trouble) } else { None };
    if let Some(trouble) = trouble.or_else(LocalTrouble::of_descriptors) {
        return ExchangeError::Local(trouble);
    }
    let message = format!("no secure connection to {peer}: {fault}");
    ExchangeError::Failed(Failure { class: ErrorClass::Tls, message })
}

/// Classifies an error of the client: a problem of this machine is not a failure of the attempt.
#[must_use]
pub fn exchange_error_of(error: &(dyn Error + 'static), peer: &HostPort<'_>) -> ExchangeError {
    let local = causes(error).find_map(|cause| match cause.downcast_ref::<NotConnected>() {
        Some(NotConnected::Local(trouble)) => Some(*trouble),
        _ => cause.downcast_ref::<io::Error>().and_then(LocalTrouble::of),
    });
    local.map_or_else(|| ExchangeError::Failed(of_error(error, peer)), ExchangeError::Local)
}

/// Classifies an error of the client.
#[must_use]
fn of_error(error: &(dyn Error + 'static), peer: &HostPort<'_>) -> Failure {
    let (class, message) = sort(error, peer);
    Failure { class, message }
}

fn sort(error: &(dyn Error + 'static), peer: &HostPort<'_>) -> (ErrorClass, String) {
    let chain: Vec<&(dyn Error + 'static)> = causes(error).collect();
    for cause in &chain {
        if let Some(why) = cause.downcast_ref::<NotConnected>()
            && let Some(sorted) = not_connected(why, peer)
        {
            return sorted;
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return (ErrorClass::Tls, format!("no secure connection to {peer}: {}", tls::reason(tls)));
        }
        if let Some(error) = cause.downcast_ref::<h2::Error>() {
            let sorted = http2::ended_by_peer(error, peer).or_else(|| http2::ended_by_us(error, peer));
            // The library keeps a copy of the connection's error, which is not a separate cause.
            let sorted = sorted.or_else(|| error.get_io().map(|io| io_class(io, peer)));
            if let Some(sorted) = sorted {
                return sorted;
            }
        }
        if let Some(http) = cause.downcast_ref::<hyper::Error>() {
            if http.is_parse_too_large() {
                let kib = HEAD_LIMIT / 1024;
                let message = format!(
                    "the headers of the response of {peer} are too long: the limit is {kib} KiB and {HEADER_LIMIT} headers"
                );
                return (ErrorClass::Protocol, message);
            }
            if http.is_parse() {
                return (ErrorClass::Protocol, not_http(peer, &last(&chain)));
            }
            if http.is_timeout() {
                let message = format!("{peer} no longer replies over its connection (HTTP/2 PING)");
                return (ErrorClass::Connect, message);
            }
            // The connection's task is gone, and the request with it.
            if http.is_incomplete_message() || http.is_canceled() || http.is_closed() || http.is_user() {
                let message = format!("{peer} closed the connection without a complete response");
                return (ErrorClass::Connect, message);
            }
        }
    }
    // The innermost cause says most: the outer ones repeat it in other words.
    if let Some(io) = chain.iter().rev().find_map(|c| c.downcast_ref::<io::Error>()) {
        return io_class(io, peer);
    }
    (ErrorClass::Protocol, format!("{peer}: {}", last(&chain)))
}

/// An error that itself says why there is no connection; none if its cause says more.
fn not_connected(why: &NotConnected, peer: &HostPort<'_>) -> Option<(ErrorClass, String)> {
    match why {
        NotConnected::NoAddress(NoAddress::Refused(refused)) => {
            Some((ErrorClass::RefusedAddress, refused.to_string()))
        }
        NotConnected::NoAddress(
            unresolved @ (NoAddress::Unresolved(_) | NoAddress::NoResolver(_) | NoAddress::Local(..)),
        ) => Some((ErrorClass::Dns, unresolved.to_string())),
        NotConnected::Name(_) => Some((ErrorClass::Request, why.to_string())),
        NotConnected::Local(_) => Some((ErrorClass::Connect, why.to_string())),
        NotConnected::Dial(_, error) => Some((ErrorClass::Connect, io_reason(error, peer))),
        NotConnected::Secure(_, error) => {
            if causes(error).any(<dyn Error>::is::<rustls::Error>) {
                return None;
            }
            let reason = match error.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                    "the connection was reset in the TLS handshake".to_owned()
                }
                _ => error.to_string(),
            };
            Some((ErrorClass::Tls, format!("no secure connection to {peer}: {reason}")))
        }
    }
}

/// A response that violates HTTP/1.1, according to the library's message.
fn not_http(peer: &HostPort<'_>, said: &str) -> String {
    match said {
        // It discards such a response, and closes the connection (RFC 9112, section 6.3).
        "invalid content-length parsed" => format!(
            "the response of {peer} is invalid: its Content-Length is not a number, or there are several that differ"
        ),
        "unexpected transfer-encoding parsed" => {
            format!("the response of {peer} is invalid: HTTP/1.0 has no Transfer-Encoding")
        }
        _ => format!("the response of {peer} is not HTTP: {said}"),
    }
}

fn last(chain: &[&(dyn Error + 'static)]) -> String {
    chain.last().map(ToString::to_string).unwrap_or_default()
}

fn io_class(error: &io::Error, peer: &HostPort<'_>) -> (ErrorClass, String) {
    match error.kind() {
        io::ErrorKind::QuotaExceeded => (ErrorClass::Protocol, format!("{peer} {error}")),
        // This is how the client reports invalid chunks.
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            (ErrorClass::Protocol, format!("the response of {peer} is not HTTP: {error}"))
        }
        _ => (ErrorClass::Connect, io_reason(error, peer)),
    }
}

fn io_reason(error: &io::Error, peer: &HostPort<'_>) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            format!("{peer} refuses the connection: nothing is listening there")
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
            format!("{peer} reset the connection")
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            format!("no route to {peer}: {error}")
        }
        _ => format!("{peer}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_2xx_is_success() {
        for code in [200, 204, 299] {
            assert_eq!(of_status(StatusCode::from_u16(code).unwrap(), None), None);
        }
        let moved = of_status(StatusCode::MOVED_PERMANENTLY, Some("https://x/")).unwrap();
        assert_eq!(moved.message, "301 Moved Permanently, to https://x/: redirects are not followed");
        assert_eq!(of_status(StatusCode::from_u16(599).unwrap(), None).unwrap().message, "599");
    }
}
