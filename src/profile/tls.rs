//! TLS and HTTP version of a profile's connections.

/// The files of a profile's TLS settings: only the paths; the files are read when needed. Without any, a profile
/// trusts the system's authorities and presents no certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Tls {
    /// Certificates (PEM) of authorities that are trusted in addition to the system's.
    pub ca_file: Option<String>,
    /// The client certificate.
    pub identity: Option<ClientIdentity>,
}

impl Tls {
    /// Whether no file is configured.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The paths of its files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let identity =
            self.identity.iter().flat_map(|identity| [Some(&identity.certificate), identity.key.as_ref()]);
        self.ca_file.iter().chain(identity.flatten()).map(String::as_str)
    }
}

/// A client certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientIdentity {
    /// The file (PEM) of the certificate and its chain.
    pub certificate: String,
    /// The file (PEM) of the private key; none if it is in the certificate's file.
    pub key: Option<String>,
}

/// Checks a path. It must be absolute: commands and sessions start in different folders.
pub(super) fn check_path(text: &str) -> Result<Option<String>, String> {
    let path = text.trim();
    if path.is_empty() {
        return Ok(None);
    }
    if path.chars().any(char::is_control) {
        return Err("a control character is not allowed in a path".to_owned());
    }
    if !path.starts_with('/') {
        return Err("must be an absolute path, such as /etc/ringback/client.pem".to_owned());
    }
    Ok(Some(path.to_owned()))
}
