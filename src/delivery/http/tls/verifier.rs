//! The system's verdict on a server's certificate, made more precise if it leaves the cause open.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// Why a certificate leads to no trusted authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTrusted {
    #[error("it is signed by itself: set it as the CA file of the profile, if you trust it")]
    SelfSigned,
    #[error(
        "its issuer is not known, and the server sends no certificate of it: the server must send all of \
         its chain, or set the issuer as the CA file of the profile"
    )]
    NoIntermediate,
    #[error(
        "the trusted authority of its issuer's name has another key: if the authority was made anew, set \
         the new one as the CA file of the profile"
    )]
    OtherKey,
}

/// Verifies like the system's verifier.
#[derive(Debug)]
pub struct ExactVerifier(pub Verifier);

impl ServerCertVerifier for ExactVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verdict.map_err(|error| match cause(&error, end_entity, intermediates) {
            Some(cause) => CertificateError::Other(OtherError(Arc::new(cause))).into(),
            None => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

fn cause(
    error: &Error,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> Option<NotTrusted> {
    let Error::InvalidCertificate(why) = error else { return None };
    let is_unknown = *why == CertificateError::UnknownIssuer;
    let has_other_key = matches!(
        why,
        CertificateError::BadSignature
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
    );
    if !is_unknown && !has_other_key {
        return None;
    }
    let certificate = webpki::EndEntityCert::try_from(end_entity).ok()?;
    // As in openssl. Also if the trusted authority has the certificate's own name.
    if certificate.issuer() == certificate.subject() {
        return Some(NotTrusted::SelfSigned);
    }
    if has_other_key {
        return Some(NotTrusted::OtherKey);
    }
    intermediates.is_empty().then_some(NotTrusted::NoIntermediate)
}
