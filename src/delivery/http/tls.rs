//! The TLS configuration: the system's authorities, and a profile's files.

mod configs;
mod verifier;

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use rustls_platform_verifier::Verifier;

use super::local_trouble::LocalTrouble;
use super::single_flight::NotRun;
use crate::clock;
use crate::files::pem::{certificates, key};
use crate::profile::{Field, FieldError, Tls};

pub use configs::Configs;
use verifier::ExactVerifier;
pub use verifier::NotTrusted;

/// Why a profile's TLS settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// A file of the profile.
    #[error("{}: {}", .0.field.label(), .0.message)]
    File(FieldError),
    /// The system.
    #[error("{0}")]
    System(String),
    /// What this machine lacks for reading them.
    #[error(transparent)]
    Local(LocalTrouble),
}

impl From<NotRun> for TlsFault {
    fn from(why: NotRun) -> Self {
        match why {
            NotRun::NoThread(error) => {
                Self::Local(LocalTrouble::of(&error.errno().into()).unwrap_or(LocalTrouble::Threads))
            }
            NotRun::BrokeOff => Self::System("reading the certificates was aborted".to_owned()),
        }
    }
}

impl TlsFault {
    fn file(field: Field, message: impl Into<String>) -> Self {
        Self::File(FieldError { field, message: message.into() })
    }
}

/// Reads the TLS files of a profile, so that problems are reported when the profile is saved. Blocks while it reads.
///
/// # Errors
/// The problem with the first unusable file.
pub fn check_files(tls: &Tls) -> Result<(), FieldError> {
    if tls.is_usual() {
        return Ok(());
    }
    match config(tls) {
        // A problem of the system is not the profile's fault.
        Ok(_) | Err(TlsFault::System(_) | TlsFault::Local(_)) => Ok(()),
        Err(TlsFault::File(error)) => Err(error),
    }
}

/// The files that are read for a profile's TLS, for a message.
pub fn sources(tls: &Tls) -> String {
    if tls.is_usual() {
        return "the system's CA certificates".to_owned();
    }
    tls.files().collect::<Vec<_>>().join(", ")
}

/// Reads the files and builds the configuration for HTTP/1.1. Blocks while it reads.
fn config(tls: &Tls) -> Result<ClientConfig, TlsFault> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(OurClock))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsFault::System(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(ExactVerifier(verifier(tls, provider)?)));
    let mut config = match &tls.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let chain = certificates(&identity.certificate)
                .map_err(|message| TlsFault::file(Field::TlsCertificate, message))?;
            let (field, path) = match &identity.key {
                Some(path) => (Field::TlsKey, path),
                None => (Field::TlsCertificate, &identity.certificate),
            };
            let key = key(path).map_err(|message| TlsFault::file(field, message))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| TlsFault::file(field, unfit(path, &error)))?
        }
    };
    config.alpn_protocols.push(b"http/1.1".to_vec());
    Ok(config)
}

/// The time for validating certificates.
#[derive(Debug)]
struct OurClock;

impl TimeProvider for OurClock {
    fn current_time(&self) -> Option<UnixTime> {
        let since_1970 = Duration::try_from(clock::now().as_duration()).unwrap_or_default();
        Some(UnixTime::since_unix_epoch(since_1970))
    }
}

fn verifier(tls: &Tls, provider: Arc<CryptoProvider>) -> Result<Verifier, TlsFault> {
    let no_system = |error: rustls::Error| {
        TlsFault::System(format!(
            "the system's CA certificates cannot be read ({error}): are they installed (package ca-certificates)?"
        ))
    };
    let Some(path) = &tls.ca_file else { return Verifier::new(provider).map_err(no_system) };
    let fault = |message| TlsFault::file(Field::TlsCaFile, message);
    let roots = certificates(path).map_err(fault)?;
    Verifier::new_with_extra_roots(roots, provider)
        .map_err(|error| fault(format!("{path}: not a certificate of an authority ({error})")))
}

fn unfit(path: &str, error: &rustls::Error) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => format!("{path}: the key does not match the certificate"),
        other => format!("{path}: cannot be used ({other})"),
    }
}

#[cfg(test)]
mod tests;
