//! What `--db` names: a file, or a database on a server.

use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::files;
#[cfg(feature = "postgres")]
use crate::storage::postgres::Address;

/// Most bytes of a file that has the URL of a database.
const MAX_FILE_BYTES: u64 = 1 << 16;

/// How the URL of a database on a server begins.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// What `--db` names.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    File(PathBuf),
    /// A database on a server.
    #[cfg(feature = "postgres")]
    Server(Box<Address>),
}

/// Where the name of a database was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// In the command line, which all users of the machine may read.
    CommandLine,
    /// In the environment.
    Environment,
}

impl Database {
    /// Reads a name: `postgres://…`, `@FILE` with such a URL in it, or a file.
    ///
    /// # Errors
    /// The URL cannot be used, or others may read the password in it.
    pub fn read(name: &Path, given: Given) -> Result<Self, CommandError> {
        let Some(text) = name.to_str() else { return Ok(Self::File(name.to_owned())) };
        if is_url(text.trim()) {
            return server(text.trim(), given == Given::CommandLine);
        }
        // As a file it would be made, in a folder that has the password in its name.
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(CommandError::Input(unknown_scheme(scheme)));
        }
        let Some(file) = text.strip_prefix('@') else { return Ok(Self::File(name.to_owned())) };
        let file = Path::new(file);
        let of_file = |why: &dyn std::fmt::Display| CommandError::Input(format!("{}: {why}", file.display()));
        let text = files::read_text(file, MAX_FILE_BYTES).map_err(|error| of_file(&error))?;
        let text = text.trim();
        if !is_url(text) {
            return Err(of_file(&"has no URL of a database (postgres://USER@HOST/DATABASE) in it"));
        }
        if is_read_by_others(file) && has_password(text) {
            let why =
                format!("has a password in it and may be read by others: `chmod 600 {}`", file.display());
            return Err(of_file(&why));
        }
        server(text, false)
    }
}

fn is_url(text: &str) -> bool {
    let scheme =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    SCHEMES.into_iter().any(scheme)
}

fn unknown_scheme(scheme: &str) -> String {
    let is_name = !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+');
    let what = if is_name { format!("`{scheme}://`") } else { "the name of the database".to_owned() };
    format!("{what} does not name a database: write postgres://USER@HOST/DATABASE, or the path of a file")
}

#[cfg(feature = "postgres")]
fn server(url: &str, is_seen: bool) -> Result<Database, CommandError> {
    let address =
        Address::parse(url).map_err(|problem| CommandError::Input(format!("the database {problem}")))?;
    if is_seen && has_password(url) {
        return Err(CommandError::Input(format!(
            "{}: other users of this machine can read a password in the command line: give it in PGPASSWORD or \
             ~/.pgpass, the URL in RINGBACK_DB, or --db @FILE",
            address.name()
        )));
    }
    Ok(Database::Server(Box::new(address)))
}

#[cfg(not(feature = "postgres"))]
fn server(_: &str, _: bool) -> Result<Database, CommandError> {
    Err(CommandError::Input("this ringback was built without PostgreSQL: name a file with --db".to_owned()))
}

/// Whether a URL has a password in it.
fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || query.split('&').any(|option| option.starts_with("password="))
}

fn is_read_by_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn read(name: &str, given: Given) -> Result<Database, String> {
        Database::read(Path::new(name), given).map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_is_a_server_and_all_else_a_file() {
        assert!(matches!(read("/var/lib/a.db", Given::CommandLine), Ok(Database::File(_))));
        assert!(matches!(read("postgres", Given::CommandLine), Ok(Database::File(_))));
        let Ok(Database::Server(address)) = read("postgres://me@db1/log", Given::CommandLine) else {
            panic!()
        };
        assert_eq!(address.name(), "postgres://me@db1/log");
        assert!(
            read("postgres://me@db1/log?sslmode=no", Given::CommandLine).unwrap_err().contains("sslmode")
        );
    }

    #[test]
    fn a_misspelled_url_is_no_file() {
        for name in ["postgress://me:s3cret@db1/log", "\"postgres://me:s3cret@db1/log", "sqlite:///tmp/a.db"]
        {
            let error = read(name, Given::Environment).unwrap_err();
            assert!(error.contains("postgres://USER@HOST/DATABASE") && !error.contains("s3cret"), "{error}");
        }
        for url in [" postgres://me@db1/log ", "PostgreSQL://me@db1/log"] {
            let Ok(Database::Server(address)) = read(url, Given::Environment) else { panic!("{url}") };
            assert_eq!(address.name(), "postgres://me@db1/log");
        }
    }

    #[test]
    fn a_password_is_not_taken_from_where_others_can_read_it() {
        for url in ["postgres://me:s3cret@db1/log", "postgres://me@db1/log?password=s3cret"] {
            let error = read(url, Given::CommandLine).unwrap_err();
            assert!(error.contains("PGPASSWORD") && !error.contains("s3cret"), "{error}");
            assert!(read(url, Given::Environment).is_ok());

            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("url");
            fs::write(&file, format!("{url}\n")).unwrap();
            let named = format!("@{}", file.display());
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
            let error = read(&named, Given::CommandLine).unwrap_err();
            assert!(error.contains("chmod 600") && !error.contains("s3cret"), "{error}");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(read(&named, Given::CommandLine), Ok(Database::Server(_))));
        }
        assert!(read("@/nowhere/url", Given::CommandLine).unwrap_err().contains("/nowhere/url"));
    }
}
