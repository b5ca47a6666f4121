//! Secured connections to the server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio_postgres::Socket;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::clock;
use crate::files;
use crate::storage::postgres::connection::address::{Address, Security};
use crate::storage::server_problem::ServerProblem;

/// Most bytes of a file of certificates.
const MOST: u64 = 1 << 20;

/// What a secured connection is read from and written to.
pub type TlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// What secures connections to this address. Reads files.
pub fn connector(address: &Address) -> Result<MakeRustlsConnect, ServerProblem> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match address.security {
        Security::VerifyFull => Arc::new(verifier(address.root_certificate.as_deref(), &provider)?),
        Security::None | Security::Prefer | Security::Require => Arc::new(Anybody(Arc::clone(&provider))),
    };
    let builder = ClientConfig::builder_with_details(provider, Arc::new(OurClock))
        .with_safe_default_protocol_versions()
        .map_err(|error| ServerProblem::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match &address.client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let key = PrivateKeyDer::from_pem_slice(&read(&client.key)?);
            let key = key.map_err(|_| of_file(&client.key, &"no private key in it"))?;
            builder
                .with_client_auth_cert(certificates(&client.certificate)?, key)
                .map_err(|error| of_file(&client.certificate, &error))?
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

fn of_file(path: &Path, why: &dyn std::fmt::Display) -> ServerProblem {
    ServerProblem::Tls(format!("{}: {why}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, ServerProblem> {
    files::read(path, MOST).map_err(|error| of_file(path, &error))
}

/// The certificates in a file: at least one.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ServerProblem> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(path)?).collect();
    let found = found.ok().filter(|found| !found.is_empty());
    found.ok_or_else(|| of_file(path, &"no certificate in it"))
}

fn verifier(root: Option<&Path>, provider: &Arc<CryptoProvider>) -> Result<Verifier, ServerProblem> {
    let tls = |error: &dyn std::fmt::Display| ServerProblem::Tls(error.to_string());
    let Some(path) = root else { return Verifier::new(Arc::clone(provider)).map_err(|error| tls(&error)) };
    let roots = certificates(path)?;
    Verifier::new_with_extra_roots(roots, Arc::clone(provider)).map_err(|error| of_file(path, &error))
}

/// The time that certificates are judged at.
#[derive(Debug)]
struct OurClock;

impl TimeProvider for OurClock {
    fn current_time(&self) -> Option<UnixTime> {
        let since_1970 = Duration::try_from(clock::now().as_duration()).unwrap_or_default();
        Some(UnixTime::since_unix_epoch(since_1970))
    }
}

/// Accepts any certificate, where the URL asks for encryption alone, or the server is on this machine.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
