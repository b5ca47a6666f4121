//! The options of `serve`, completed by the settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::api::TlsFiles;
use crate::cli::error::CommandError;
use crate::cli::listen_address::listen_address;
use crate::settings::ApiSettings;

/// Run the HTTP API and the sender
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Address and port to listen on; a port alone listens on 127.0.0.1, port 0 is any free port [default:
    /// 127.0.0.1:9979]
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    listen: Option<SocketAddr>,
    /// Serve HTTPS with the certificate in this file (PEM); required off loopback
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<String>,
    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<String>,
    /// Log each request as a line of JSON to a file; `-` for standard error
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// Accept requests without a key, on a loopback address only
    #[arg(long)]
    insecure_no_auth: bool,
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The files for HTTPS.
    pub tls: Option<TlsFiles>,
    /// Where requests are logged; `-` is standard error.
    pub access_log: Option<PathBuf>,
    /// Whether requests need no key.
    pub is_open: bool,
}

impl ServeOptions {
    /// From the command line, and the settings for what is not there.
    ///
    /// # Errors
    /// One of the two TLS files is missing.
    pub fn new(args: &ServeArgs, settings: &ApiSettings) -> Result<Self, CommandError> {
        let or = |arg: &Option<String>, setting: &Option<String>| arg.clone().or_else(|| setting.clone());
        let tls = match (or(&args.tls_cert, &settings.tls_cert), or(&args.tls_key, &settings.tls_key)) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            (Some(_), None) => return Err(one_of_two("tls_cert", "tls_key")),
            (None, Some(_)) => return Err(one_of_two("tls_key", "tls_cert")),
        };
        Ok(Self {
            listen: args.listen.unwrap_or(settings.listen),
            tls,
            access_log: args.access_log.clone().or_else(|| settings.access_log.clone().map(PathBuf::from)),
            is_open: args.insecure_no_auth,
        })
    }

    /// Whether it may listen on this address.
    ///
    /// # Errors
    /// Others could reach it, without a key or unencrypted.
    pub fn check(&self, addr: SocketAddr) -> Result<(), CommandError> {
        let ip = addr.ip();
        if ip.is_loopback() {
            return Ok(());
        }
        if self.is_open {
            return Err(CommandError::Input(format!(
                "--insecure-no-auth is allowed on a loopback address only, and {ip} is not one: use 127.0.0.1"
            )));
        }
        if self.tls.is_none() {
            return Err(CommandError::Input(format!(
                "{ip} is open to other machines: give a certificate with --tls-cert and --tls-key, or listen on \
                 127.0.0.1"
            )));
        }
        Ok(())
    }
}

fn one_of_two(there: &str, missing: &str) -> CommandError {
    CommandError::Input(format!("[api] {there} is set and {missing} is not: HTTPS needs both"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args() -> ServeArgs {
        ServeArgs { listen: None, tls_cert: None, tls_key: None, access_log: None, insecure_no_auth: false }
    }

    #[test]
    fn options_win_over_settings() {
        let file = |name: &str| Some(name.to_owned());
        let settings = ApiSettings {
            listen: "127.0.0.1:1".parse().unwrap(),
            tls_cert: file("c1"),
            tls_key: file("k1"),
            access_log: file("l1"),
            ..ApiSettings::default()
        };
        let of = |args: &ServeArgs| ServeOptions::new(args, &settings).unwrap();
        let tls = |certificate: &str, key: &str| {
            Some(TlsFiles { certificate: certificate.to_owned(), key: key.to_owned() })
        };
        let usual = of(&args());
        assert_eq!((usual.listen.port(), usual.tls, usual.is_open), (1, tls("c1", "k1"), false));
        assert_eq!(usual.access_log, Some("l1".into()));
        let given = of(&ServeArgs {
            listen: Some("127.0.0.1:2".parse().unwrap()),
            tls_cert: file("c2"),
            tls_key: file("k2"),
            access_log: Some("-".into()),
            insecure_no_auth: true,
        });
        assert_eq!((given.listen.port(), given.tls, given.is_open), (2, tls("c2", "k2"), true));
        assert_eq!(given.access_log, Some("-".into()));
        let half = ApiSettings { tls_key: None, ..settings };
        assert!(ServeOptions::new(&args(), &half).unwrap_err().to_string().contains("tls_key is not"));
    }

    #[test]
    fn other_machines_need_a_key_and_a_certificate() {
        let mut options = ServeOptions::new(&args(), &ApiSettings::default()).unwrap();
        let (near, far) = ("[::1]:1".parse().unwrap(), "0.0.0.0:1".parse().unwrap());
        assert!(options.check(near).is_ok());
        assert!(options.check(far).unwrap_err().to_string().contains("--tls-cert and --tls-key"));
        options.tls = Some(TlsFiles { certificate: "c".to_owned(), key: "k".to_owned() });
        assert!(options.check(far).is_ok());
        options.is_open = true;
        assert!(options.check(far).unwrap_err().to_string().contains("loopback address only"));
        assert!(options.check(near).is_ok());
    }
}
