//! `ringback config path`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::cli::error::CommandError;
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;
use crate::text::escape_controls;

/// The settings file, and why it is this one.
pub(super) struct Located {
    pub path: PathBuf,
    /// In a word, for scripts: `option`, `environment` or `default`.
    source: &'static str,
    /// The same for people.
    why: &'static str,
}

impl Located {
    /// # Errors
    /// There is no home folder to look in.
    pub fn of(session: &Session) -> Result<Self, CommandError> {
        let path = session.settings_file().ok_or_else(|| {
            CommandError::Input(
                "there is no home folder for the settings file: name one with --config".to_owned(),
            )
        })?;
        let is_set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let (source, why) = match is_set("RINGBACK_CONFIG") {
            Some(value) if value == path.as_os_str() => ("environment", "named by RINGBACK_CONFIG"),
            _ if session.names_settings() => ("option", "named by --config"),
            _ if is_set("XDG_CONFIG_HOME").is_some() => ("default", "the default, under XDG_CONFIG_HOME"),
            _ => ("default", "the default"),
        };
        Ok(Self { path, source, why })
    }

    /// Whether there is such a file. If that cannot be found out, reading it reports why.
    pub fn is_there(&self) -> bool {
        self.path.try_exists().unwrap_or(true)
    }

    /// What all documents of `config` begin with.
    pub fn document(&self) -> Map<String, Value> {
        let path = self.path.to_string_lossy();
        let members =
            [("path", json!(path)), ("source", json!(self.source)), ("exists", json!(self.is_there()))];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    escape_controls(&path.to_string_lossy())
}

pub(super) fn run(session: &Session, json: bool) -> Result<ExitCode, CommandError> {
    let located = Located::of(session)?;
    if json {
        print_json(&Value::Object(located.document()))?;
    } else {
        print(&format!("{}\n", shown(&located.path)))?;
        let there = if located.is_there() { "" } else { "; it does not exist, and defaults apply" };
        eprint_line(&format!("ringback: {}{there}", located.why));
    }
    Ok(ExitCode::SUCCESS)
}
