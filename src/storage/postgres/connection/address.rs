//! The address of a database: a URL as libpq has it, with stricter defaults.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::storage::postgres::connection::password;
use crate::storage::server_problem::ServerProblem;

/// How a URL of a database begins.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// How long one host may take until it can be asked something, its pooler included.
const READY: Duration = Duration::from_secs(10);

/// How long one host may take to respond at all.
const CONNECT: Duration = Duration::from_secs(3);

/// After this long without an answer to what was sent, or to three keepalives, a connection is dead.
const DEAD: Duration = Duration::from_secs(5);

/// A URL of a database without its scheme, whose case does not matter.
fn without_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked(text.find("://")? + "://".len())?;
    SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(rest)
}

/// How the connection is secured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    None,
    /// Encrypted, if the server offers it, without checking who responds.
    Prefer,
    /// Encrypted, without checking who responds.
    Require,
    /// Encrypted, and the server's certificate leads to a trusted authority and has its name.
    VerifyFull,
}

/// What this program shows a server that asks who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The file with the certificate, and those that lead to its authority.
    pub certificate: PathBuf,
    /// The file with its key.
    pub key: PathBuf,
}

/// Where a database is, and how to get there.
#[derive(Clone)]
pub struct Address {
    /// Hosts, user, password and times.
    pub config: Config,
    /// How the connection is secured.
    pub security: Security,
    /// The file with the certificate of the authority to trust beside the system's.
    pub root_certificate: Option<PathBuf>,
    /// The client certificate, if there is one.
    pub client: Option<ClientCertificate>,
    /// How long a host may take until it can be asked something: `connect_timeout`, or longer than a pooler may need
    /// to get a session.
    pub ready: Duration,
    /// The URL without its password and its options.
    name: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Address").field(&self.name).finish()
    }
}

impl Address {
    /// Reads a URL, and where it has no password, that of `PGPASSWORD` or of the password file.
    ///
    /// # Errors
    /// It is no URL of a database, or the password file is open to others.
    pub fn parse(text: &str) -> Result<Self, ServerProblem> {
        Self::parse_with(text, &password::Sources::of_process())
    }

    fn parse_with(text: &str, passwords: &password::Sources) -> Result<Self, ServerProblem> {
        let text = text.trim();
        let Some(rest) = without_scheme(text) else {
            return Err(ServerProblem::Url("it does not begin with postgres://".to_owned()));
        };
        let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
        check_password(base, query)?;
        let (mut ssl, mut root_certificate, mut others) = (None, None, Vec::new());
        let (mut certificate, mut key) = (None, None);
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let value = || percent_decode_str(value).decode_utf8_lossy().into_owned();
            match name {
                "sslmode" => ssl = Some(security(&value())?),
                "sslrootcert" => root_certificate = Some(PathBuf::from(value())),
                "sslcert" => certificate = Some(PathBuf::from(value())),
                "sslkey" => key = Some(PathBuf::from(value())),
                _ => others.push(option),
            }
        }
        let client = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
            _ => return Err(ServerProblem::Url("sslcert and sslkey must be given together".to_owned())),
        };
        let mut url = format!("postgres://{base}");
        if !others.is_empty() {
            url = format!("{url}?{}", others.join("&"));
        }
        let mut config: Config = url.parse().map_err(|error| ServerProblem::Url(reason(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host("localhost");
        }
        if config.get_user().is_none() {
            config.user(std::env::var("USER").unwrap_or_else(|_| "ringback".to_owned()));
        }
        let user = config.get_user().unwrap_or_default().to_owned();
        if config.get_dbname().is_none() {
            config.dbname(&user);
        }
        let security = ssl.unwrap_or(if is_local(&config) { Security::Prefer } else { Security::VerifyFull });
        config.ssl_mode(match security {
            Security::None => SslMode::Disable,
            Security::Prefer => SslMode::Prefer,
            Security::Require | Security::VerifyFull => SslMode::Require,
        });
        if config.get_target_session_attrs() == TargetSessionAttrs::Any {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let ready = config.get_connect_timeout().copied().unwrap_or(READY);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config.tcp_user_timeout(DEAD);
        config.keepalives_idle(DEAD).keepalives_interval(DEAD).keepalives_retries(3);
        let name = name(&config);
        let mut address = Self { config, security, root_certificate, client, ready, name };
        if address.config.get_password().is_none()
            && let Some(password) = passwords.find(&address.config)?
        {
            address.config.password(password);
        }
        Ok(address)
    }

    /// The URL without its password and its options.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the database, and of the host that was connected to, or else of its first host.
    #[must_use]
    pub fn short_name(&self, connected: Option<&str>) -> String {
        let database = self.config.get_dbname().unwrap_or_default();
        let first = || hosts(&self.config).into_iter().next();
        match connected.map(str::to_owned).or_else(first) {
            Some(host) if !host.starts_with('/') => format!("{database} on {host}"),
            _ => database.to_owned(),
        }
    }
}

/// Refuses a password that would be read as a part of the host, shown with it, and looked up as a name.
fn check_password(base: &str, query: &str) -> Result<(), ServerProblem> {
    let is_cut =
        !base.contains('@') && query.split_once('@').is_some_and(|(before, _)| !before.contains('='));
    if base.matches('@').count() > 1 || is_cut {
        return Err(ServerProblem::Url(
            "its user or password has a character with a meaning of its own: write @ as %40, ? as %3F, / as %2F, \
             : as %3A and % as %25, or put the password into ~/.pgpass"
                .to_owned(),
        ));
    }
    Ok(())
}

fn security(mode: &str) -> Result<Security, ServerProblem> {
    match mode {
        "disable" => Ok(Security::None),
        "allow" | "prefer" => Ok(Security::Prefer),
        "require" => Ok(Security::Require),
        "verify-full" => Ok(Security::VerifyFull),
        other => Err(ServerProblem::Url(format!(
            "sslmode={other} is unknown: use verify-full, require, prefer or disable"
        ))),
    }
}

/// Whether nothing of the connection leaves this machine.
fn is_local(config: &Config) -> bool {
    let is_loopback = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_loopback)
        && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

/// The hosts with their ports, where these are not the usual one.
pub fn hosts(config: &Config) -> Vec<String> {
    let port = |at: usize| {
        let ports = config.get_ports();
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        if port == 5432 { String::new() } else { format!(":{port}") }
    };
    let of_host = |(at, host): (usize, &Host)| match host {
        Host::Tcp(name) if name.contains(':') => format!("[{name}]{}", port(at)),
        Host::Tcp(name) => format!("{name}{}", port(at)),
        Host::Unix(path) => format!("{}{}", path.display(), port(at)),
    };
    let named: Vec<String> = config.get_hosts().iter().enumerate().map(of_host).collect();
    if named.is_empty() { config.get_hostaddrs().iter().map(ToString::to_string).collect() } else { named }
}

fn name(config: &Config) -> String {
    let user = config.get_user().unwrap_or_default();
    format!("postgres://{user}@{}/{}", hosts(config).join(","), config.get_dbname().unwrap_or_default())
}

/// The reason within an error of the library, whose own words never repeat the password.
fn reason(error: &tokio_postgres::Error) -> String {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        reason = error.to_string();
        source = error.source();
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Address, ServerProblem> {
        Address::parse_with(url, &password::Sources::default())
    }

    #[test]
    fn a_url_names_hosts_and_never_shows_its_password() {
        let address = parse("postgres://ringback:s3cret@db1,db2:6432/log?application_name=x").unwrap();
        assert_eq!(address.name(), "postgres://ringback@db1,db2:6432/log");
        assert_eq!(address.short_name(None), "log on db1");
        assert_eq!(address.short_name(Some("db2:6432")), "log on db2:6432");
        assert_eq!(address.config.get_password(), Some("s3cret".as_bytes()));
        assert!(!format!("{address:?} {:?}", address.config).contains("s3cret"));
        assert_eq!(parse("postgresql://me@[::1]:7777/x").unwrap().name(), "postgres://me@[::1]:7777/x");
        let socket = parse("postgres://me@%2Frun%2Fpg/x").unwrap();
        assert_eq!((socket.name(), &*socket.short_name(None)), ("postgres://me@/run/pg/x", "x"));
    }

    #[test]
    fn no_part_of_a_password_becomes_a_host() {
        for url in [
            "postgres://me:p@s3cret@db1/x",
            "postgres://me:a@s3cret%d#e:f@db1/x",
            "postgres://me:s3?cret@db1/x",
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("%40") && !error.contains("s3"), "{error}");
        }
        let address = parse("POSTGRES://me%40org:p%40%3F@db1/x?application_name=a@b").unwrap();
        assert_eq!(address.config.get_password(), Some("p@?".as_bytes()));
        assert_eq!(address.name(), "postgres://me@org@db1/x");
    }

    #[test]
    fn a_server_elsewhere_must_prove_who_it_is_unless_the_url_says_otherwise() {
        let of = |url: &str| parse(url).unwrap().security;
        assert_eq!(of("postgres://me@db1/x"), Security::VerifyFull);
        assert_eq!(of("postgres://me@localhost,db1/x"), Security::VerifyFull);
        assert_eq!(of("postgres://me@db1/x?sslmode=require"), Security::Require);
        assert_eq!(of("postgres://me@db1/x?sslmode=disable"), Security::None);
        for local in ["localhost", "127.0.0.1", "[::1]", "%2Frun%2Fpg"] {
            assert_eq!(of(&format!("postgres://me@{local}/x")), Security::Prefer, "{local}");
        }
        let address =
            parse("postgres://me@db1/x?sslrootcert=/etc/ca%20file.pem&sslmode=verify-full").unwrap();
        assert_eq!(address.root_certificate, Some(PathBuf::from("/etc/ca file.pem")));
        let address = parse("postgres://me@db1/x?sslcert=/etc/a.pem&sslkey=/etc/a.key").unwrap();
        let (certificate, key) = (PathBuf::from("/etc/a.pem"), PathBuf::from("/etc/a.key"));
        assert_eq!(address.client, Some(ClientCertificate { certificate, key }));
    }

    #[test]
    fn what_is_no_url_says_why_without_its_password() {
        for (url, why) in [
            ("mysql://a:s3cret@b/c", "begin with"),
            ("postgres://a:s3cret@b/c?sslmode=verify-ca", "verify-ca"),
            ("postgres://a:s3cret@b:port/c", "port"),
            ("postgres://a:s3cret@b/c?shoe=7", "shoe"),
            ("postgres://a:s3cret@b/c?sslcert=/etc/a.pem", "sslkey"),
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("s3cret"), "{error}");
        }
    }
}
