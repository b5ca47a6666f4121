//! Certificates and keys in PEM files.

use std::path::Path;

use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::files::{RegularFile, UnreadableFile};

/// The longest file that is read, in bytes: a bundle of all public authorities is a quarter of it.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The certificates of a file, in order; at least one.
///
/// # Errors
/// A sentence that names the file, and never its contents.
pub fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = read(path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match all {
        Ok(all) if all.is_empty() => {
            Err(format!("{path}: no certificate in it (PEM, -----BEGIN CERTIFICATE-----)"))
        }
        Ok(all) => Ok(all),
        Err(error) => Err(format!("{path}: {}", broken(&error))),
    }
}

/// The private key of a file.
///
/// # Errors
/// A sentence that names the file, and never its contents.
pub fn key(path: &str) -> Result<PrivateKeyDer<'static>, String> {
    let pem = read(path)?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| match error {
        // As openssl writes it: PKCS#8, or the traditional form, whose headers are not base64.
        _ if holds(&pem, b"BEGIN ENCRYPTED PRIVATE KEY") || holds(&pem, b"Proc-Type: 4,ENCRYPTED") => {
            format!("{path}: the key has a passphrase: write it without one (openssl pkey -in … -out …)")
        }
        PemError::NoItemsFound => format!("{path}: no private key in it (PEM, -----BEGIN PRIVATE KEY-----)"),
        other => format!("{path}: {}", broken(&other)),
    })
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    let describe = |error: UnreadableFile| format!("{path}: {error}");
    let file = RegularFile::open(Path::new(path)).map_err(describe)?;
    // Files under /proc report this too, and reading one may consume data.
    if file.is_empty() {
        return Err(format!("{path}: is empty"));
    }
    file.read(MAX_FILE_BYTES).map_err(describe)
}

/// The library's own messages repeat lines of the file.
fn broken(error: &PemError) -> &'static str {
    match error {
        PemError::MissingSectionEnd { .. } => "cut off: a section of it does not end",
        PemError::Base64Decode(_) => "damaged: a section of it is not base64",
        _ => "not PEM",
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
