//! What was negotiated on a secured connection, and how long the endpoint's certificate is valid.

use std::time::Duration;

use jiff::Timestamp;
use rustls::ClientConnection;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// TLS with an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSession {
    /// Such as `TLS 1.3`.
    pub version: String,
    /// The cipher suite by its IANA name, such as `TLS13_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
    /// `HTTP/1.1` or `HTTP/2`.
    pub http_version: &'static str,
    /// When the certificate of the endpoint expires; none if its date cannot be read.
    pub certificate_expires_at: Option<Timestamp>,
}

impl TlsSession {
    /// That of a connection after its handshake.
    pub(super) fn of(connection: &ClientConnection) -> Self {
        let version = connection.protocol_version().and_then(|version| version.as_str());
        let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
        let is_http2 = connection.alpn_protocol() == Some(b"h2");
        let leaf = connection.peer_certificates().and_then(<[_]>::first);
        Self {
            // rustls writes `TLSv1_3`.
            version: version.unwrap_or("unknown").replace("TLSv1_", "TLS 1."),
            cipher_suite: suite.unwrap_or("unknown").to_owned(),
            http_version: if is_http2 { "HTTP/2" } else { "HTTP/1.1" },
            certificate_expires_at: leaf.and_then(|leaf| expires_at(leaf)),
        }
    }

    /// Whole days until the certificate expires, from this time; negative if it has expired.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        const SECONDS_A_DAY: i64 = 24 * 60 * 60;
        let expires_at = self.certificate_expires_at?;
        Some(expires_at.as_second().saturating_sub(now.as_second()).div_euclid(SECONDS_A_DAY))
    }
}

/// `notAfter` of a certificate (RFC 5280, section 4.1.2.5).
fn expires_at(certificate: &[u8]) -> Option<Timestamp> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let since_1970: Duration = certificate.tbs_certificate.validity.not_after.to_unix_duration();
    Timestamp::from_second(i64::try_from(since_1970.as_secs()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_ones() {
        let session = |seconds| TlsSession {
            version: "TLS 1.3".to_owned(),
            cipher_suite: String::new(),
            http_version: "HTTP/1.1",
            certificate_expires_at: Timestamp::from_second(seconds).ok(),
        };
        let now = Timestamp::from_second(1_000_000).unwrap();
        for (seconds, days) in [(1_000_000, 0), (1_086_399, 0), (1_086_400, 1), (999_999, -1)] {
            assert_eq!(session(seconds).days_left(now), Some(days), "{seconds}");
        }
    }
}
