//! Why a connection is not secured, in words, with the fix.

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, OtherError, PeerIncompatible};

use crate::delivery::http::tls::NotTrusted;
use crate::text::escape_bytes;

/// How many names of a certificate are listed.
const NAMES: usize = 5;

/// Why there is no secure connection. The library's own texts are for programmers.
pub fn reason(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => format!("the certificate is not valid: {}", certificate(why)),
        Error::NoCertificatesPresented => "the server has no certificate".to_owned(),
        Error::AlertReceived(alert) => refused(*alert),
        Error::InvalidMessage(_) => {
            "the server does not speak TLS on this port: use http://, or its port for https".to_owned()
        }
        Error::PeerIncompatible(why) => incompatible(why),
        Error::PeerMisbehaved(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::PeerSentOversizedRecord => "the server breaks the rules of TLS".to_owned(),
        Error::DecryptError => "what the server sent was changed on its way".to_owned(),
        Error::General(why) => why.clone(),
        other => other.to_string(),
    }
}

fn certificate(why: &CertificateError) -> String {
    use CertificateError as C;
    let said = match why {
        C::Expired => "it has expired, and its owner must renew it",
        C::ExpiredContext { not_after, .. } => {
            return format!("it expired on {}, and its owner must renew it", day(*not_after));
        }
        C::NotValidYet => "it is not valid yet: check the clock of this machine",
        C::NotValidYetContext { not_before, time } => {
            let (from, now) = (day(*not_before), day(*time));
            return format!("it is not valid before {from}, and the clock of this machine says {now}");
        }
        C::UnknownIssuer => {
            "no trusted authority has issued it: set its authority as the CA file of the profile"
        }
        C::BadSignature => "its signature does not match its issuer's key",
        C::NotValidForName => "it is for another name",
        C::NotValidForNameContext { expected, presented } => {
            return name(&expected.to_str(), presented);
        }
        C::Revoked => "it has been revoked, and its owner must get another one",
        C::BadEncoding => "it is damaged: the server must get another one",
        C::UnsupportedSignatureAlgorithmContext { .. } => {
            "it is signed in a way that is not safe, or not known: it must be issued with SHA-256 or better"
        }
        C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "it is signed in another way than its issuer's key can: it must be reissued"
        }
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => PURPOSE,
        C::UnhandledCriticalExtension => EXTENSION,
        C::Other(OtherError(why)) => {
            if let Some(why) = why.downcast_ref::<NotTrusted>() {
                return why.to_string();
            }
            match why.downcast_ref::<webpki::Error>() {
                Some(why) => path(why),
                // The verifier's error for a purpose is private to it; it has no other.
                None => PURPOSE,
            }
        }
        _ => "it cannot be checked",
    };
    said.to_owned()
}

const PURPOSE: &str =
    "it is not for servers: it must be issued for server authentication (extended key usage)";
const EXTENSION: &str =
    "it says something of itself that must be understood and is not known (critical extension)";

/// What is wrong with the certificate, or with one between it and its authority.
fn path(why: &webpki::Error) -> &'static str {
    use webpki::Error as E;
    match why {
        E::CaUsedAsEndEntity => {
            "it is an authority's (CA:TRUE), not a server's: issue one for the server, and set this as CA file"
        }
        E::EndEntityUsedAsCa => "it was issued by a certificate that is no authority's (CA:FALSE)",
        E::UnsupportedCertVersion => "it is of an old version of X.509: it must be reissued as version 3",
        E::UnsupportedCriticalExtension => EXTENSION,
        E::NameConstraintViolation => "its authority may not issue certificates for this name",
        E::PathLenConstraintViolated | E::MaximumPathDepthExceeded => {
            "there are more authorities between it and the trusted one than that one allows"
        }
        E::EmptyEkuExtension => PURPOSE,
        E::SignatureAlgorithmMismatch => "it names two ways in which it is signed: it must be reissued",
        E::InvalidCertValidity => "it ends before it begins: it must be reissued",
        E::MaximumPathBuildCallsExceeded
        | E::MaximumSignatureChecksExceeded
        | E::MaximumNameConstraintComparisonsExceeded => {
            "the server sends so many certificates that none leads to a trusted authority"
        }
        _ => "it is damaged, or breaks the rules of X.509: it must be reissued",
    }
}

fn name(expected: &str, presented: &[String]) -> String {
    if presented.is_empty() {
        return format!(
            "it names no host (subjectAltName), and a common name alone does not count: it must be issued for {expected}"
        );
    }
    let names: Vec<String> = presented.iter().take(NAMES).map(|name| bare(name)).collect();
    let more = if presented.len() > NAMES { ", …" } else { "" };
    format!("it is for {}{more}, not for {expected}", names.join(", "))
}

/// The name in the library's `DnsName("x.example")`.
fn bare(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    escape_bytes(inner.trim_matches('"').as_bytes())
}

fn day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let at = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.map_or_else(|| "a day after the year 9999".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

fn refused(alert: AlertDescription) -> String {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired => {
            "the server asks for a client certificate, and the profile has none".to_owned()
        }
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::AccessDenied
        | A::DecryptError => format!("the server refuses the client certificate ({})", alert_name(alert)),
        A::HandshakeFailure => {
            "the server refuses the handshake: no cipher in common, or a client certificate is missing"
                .to_owned()
        }
        A::ProtocolVersion => "the server speaks only versions of TLS before 1.2".to_owned(),
        A::UnrecognisedName => "the server does not know this name".to_owned(),
        A::NoApplicationProtocol => "the server speaks no HTTP that is offered".to_owned(),
        other => format!("the server aborted the handshake ({})", alert_name(other)),
    }
}

/// The standard's name of an alert; its number where it has none (RFC 8446, section 6).
fn alert_name(alert: AlertDescription) -> String {
    alert.as_str().map_or_else(|| format!("alert {}", u8::from(alert)), str::to_owned)
}

fn incompatible(why: &PeerIncompatible) -> String {
    use PeerIncompatible as P;
    let lacks = match why {
        P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig
        | P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled => "it speaks only versions before 1.2",
        P::NoCipherSuitesInCommon => "no cipher in common",
        P::NoKxGroupsInCommon => "no key exchange in common",
        P::NoSignatureSchemesInCommon | P::NoCertificateRequestSignatureSchemesInCommon => {
            "no signature algorithm in common"
        }
        P::ExtendedMasterSecretExtensionRequired => "it lacks the extended master secret (RFC 7627)",
        _ => "it lacks what a safe handshake needs",
    };
    format!("the server speaks no TLS that is safe, 1.2 or newer: {lacks}")
}
