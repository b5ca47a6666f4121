//! From an error of the HTTP client to a class and a sentence that a support engineer understands.

use std::error::Error;
use std::io;

use reqwest::{StatusCode, Url};

use super::guard::{RefusedAddress, Unresolved};
use super::record::{ErrorClass, Failure};

/// No complete answer in time.
#[must_use]
pub fn timed_out(timeout_ms: u32) -> Failure {
    Failure { class: ErrorClass::Timeout, message: format!("timed out after {timeout_ms} ms") }
}

/// The request cannot be made, and no retry would change that.
#[must_use]
pub fn no_request(message: impl Into<String>) -> Failure {
    Failure { class: ErrorClass::Request, message: message.into() }
}

/// No token for the request, for this reason.
#[must_use]
pub fn no_token(why: &Failure) -> Failure {
    Failure { class: why.class, message: format!("no token: {}", why.message) }
}

/// An answer other than 2xx; `location` is where a redirect leads.
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

/// Sorts an error of the client.
#[must_use]
pub fn of_error(error: &reqwest::Error, url: &Url) -> Failure {
    let (class, message) = sort(error, url);
    Failure { class, message }
}

fn sort(error: &reqwest::Error, url: &Url) -> (ErrorClass, String) {
    let place = authority(url);
    let chain: Vec<&(dyn Error + 'static)> = causes(error).collect();
    for cause in &chain {
        if let Some(refused) = cause.downcast_ref::<RefusedAddress>() {
            return (ErrorClass::RefusedAddress, refused.to_string());
        }
        if let Some(unresolved) = cause.downcast_ref::<Unresolved>() {
            return (ErrorClass::Dns, unresolved.to_string());
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return (ErrorClass::Tls, format!("no secure connection to {place}: {}", tls_reason(tls)));
        }
        if let Some(http) = cause.downcast_ref::<hyper::Error>() {
            if http.is_parse() {
                return (
                    ErrorClass::Protocol,
                    format!("the answer of {place} is not HTTP: {}", last(&chain)),
                );
            }
            if http.is_incomplete_message() {
                let message = format!("{place} closed the connection without a complete answer");
                return (ErrorClass::Connect, message);
            }
        }
    }
    // The innermost cause says most: the outer ones repeat it in other words.
    if let Some(io) = chain.iter().rev().find_map(|c| c.downcast_ref::<io::Error>()) {
        return (ErrorClass::Connect, io_reason(io, &place));
    }
    let class = if error.is_connect() { ErrorClass::Connect } else { ErrorClass::Protocol };
    (class, format!("{place}: {}", last(&chain)))
}

/// The error and everything behind it, with what an `io::Error` wraps.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

fn last(chain: &[&(dyn Error + 'static)]) -> String {
    chain.last().map(ToString::to_string).unwrap_or_default()
}

fn io_reason(error: &io::Error, place: &str) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("{place} refuses the connection: nothing listens there"),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
            format!("{place} broke the connection off")
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            format!("no way to {place}: {error}")
        }
        _ => format!("{place}: {error}"),
    }
}

fn tls_reason(error: &rustls::Error) -> String {
    use rustls::CertificateError as C;
    match error {
        rustls::Error::InvalidCertificate(why) => {
            let why = match why {
                C::Expired | C::ExpiredContext { .. } => "it has expired".to_owned(),
                C::NotValidYet | C::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
                C::UnknownIssuer => "nobody trusted has issued it".to_owned(),
                C::NotValidForName | C::NotValidForNameContext { .. } => "it is for another name".to_owned(),
                C::Revoked => "it has been revoked".to_owned(),
                other => other.to_string(),
            };
            format!("the certificate is not valid: {why}")
        }
        other => other.to_string(),
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
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
