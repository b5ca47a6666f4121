//! Passwords, where libpq looks for them: `PGPASSWORD`, and a file that nobody else may read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::files;
use crate::storage::server_problem::ServerProblem;

/// Most bytes of a password file.
const MOST: u64 = 1 << 20;

/// Where passwords are looked for.
#[derive(Default)]
pub struct Sources {
    /// `PGPASSWORD`.
    password: Option<String>,
    /// `PGPASSFILE`, or `~/.pgpass`.
    file: Option<PathBuf>,
}

impl Sources {
    /// Those of this process.
    pub fn of_process() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let in_home = || variable("HOME").map(|home| Path::new(&home).join(".pgpass"));
        Self {
            password: variable("PGPASSWORD").and_then(|text| text.into_string().ok()),
            file: variable("PGPASSFILE").map(PathBuf::from).or_else(in_home),
        }
    }

    /// The password for this connection, if there is one.
    pub fn find(&self, config: &Config) -> Result<Option<String>, ServerProblem> {
        if let Some(password) = &self.password {
            return Ok(Some(password.clone()));
        }
        let Some(file) = self.file.as_deref().filter(|file| file.is_file()) else { return Ok(None) };
        let Ok(text) = files::read_text(file, MOST) else { return Ok(None) };
        let Some(found) = find_in(&text, config) else { return Ok(None) };
        let mode = file.metadata().map_or(0o777, |found| found.permissions().mode());
        if mode & 0o077 != 0 {
            return Err(ServerProblem::PasswordFile(file.display().to_string()));
        }
        Ok(Some(found))
    }
}

/// The password of the first line that fits: `host:port:database:user:password`, each of the first four perhaps `*`.
fn find_in(text: &str, config: &Config) -> Option<String> {
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or_default();
    let ports = config.get_ports();
    let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields = fields(line);
        let [host, port, of, name, password] = &fields[..] else { continue };
        let is_host = |(at, known): (usize, &Host)| {
            let known_port = ports.get(at).or(ports.first()).copied().unwrap_or(5432).to_string();
            let is_named = match known {
                Host::Tcp(known) => fits(host, known),
                Host::Unix(path) => fits(host, "localhost") || fits(host, &path.to_string_lossy()),
            };
            is_named && fits(port, &known_port)
        };
        if config.get_hosts().iter().enumerate().any(is_host) && fits(of, database) && fits(name, user) {
            return Some(password.clone());
        }
    }
    None
}

/// The fields of a line. A backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ':' if all.len() < 5 => all.push(String::new()),
            c => all
                .last_mut()
                .map_or((), |field| field.push(if c == '\\' { chars.next().unwrap_or(c) } else { c })),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn config(url: &str) -> Config {
        url.parse().unwrap()
    }

    #[test]
    fn the_first_line_that_fits_has_it() {
        let text = "# comment\nother:*:*:*:no\n*:6432:log:ringback:pa\\:ss:wo\\\\rd\n*:*:*:*:last\n";
        let of = |url: &str| find_in(text, &config(url)).unwrap();
        assert_eq!(of("postgres://ringback@db1:6432/log"), "pa:ss:wo\\rd");
        assert_eq!(of("postgres://ringback@db1:5432/log"), "last");
        assert_eq!(of("postgres://ringback@db1:5432,db2:6432/log"), "pa:ss:wo\\rd");
        assert_eq!(find_in("db1:*:*:*:x", &config("postgres://a@db2/b")), None);
    }

    #[test]
    fn a_file_that_others_may_read_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgpass");
        fs::write(&file, "*:*:*:*:s3cret\n").unwrap();
        let sources = Sources { password: None, file: Some(file.clone()) };
        let find = || sources.find(&config("postgres://a@b/c"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let error = find().unwrap_err().to_string();
        assert!(error.contains("chmod 600") && !error.contains("s3cret"), "{error}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(find().unwrap().as_deref(), Some("s3cret"));
        let sources = Sources { password: Some("first".to_owned()), ..sources };
        assert_eq!(sources.find(&config("postgres://a@b/c")).unwrap().as_deref(), Some("first"));
    }
}
