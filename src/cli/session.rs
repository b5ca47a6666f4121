//! The database and the settings that a command uses.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::alerting::AlertTargets;
use crate::keymap;
use crate::settings::{self, Loaded, Settings};
#[cfg(feature = "postgres")]
use crate::storage::postgres::{Address, PgStore};
use crate::storage::{Health as _, HealthRules, Opened, Store};
use crate::text::escape_controls;

use super::database_name::{Database, Given};
use super::error::CommandError;
use super::output::eprint_line;

/// The heading of the global options.
const GLOBAL: &str = "Global options";

/// The global options.
#[derive(Debug, Clone, clap::Args)]
pub struct Session {
    #[arg(long, value_name = "FILE", global = true, env = "RINGBACK_DB", hide_env_values = true, help_heading = GLOBAL)]
    #[arg(
        help = "Database: a file, a postgres:// URL, or @FILE with such a URL in it [default: $XDG_DATA_HOME/ringback/ringback.db]"
    )]
    db: Option<PathBuf>,
    #[arg(long, value_name = "FILE", global = true, env = "RINGBACK_CONFIG", hide_env_values = true, help_heading = GLOBAL)]
    #[arg(help = "Settings file [default: $XDG_CONFIG_HOME/ringback/config.toml]")]
    config: Option<PathBuf>,
    /// The store that the command opened, closed when the command has ended.
    #[arg(skip)]
    opened: OnceLock<Opened>,
    #[arg(skip)]
    loaded: OnceLock<Loaded>,
    /// The command, if it sends.
    #[arg(skip)]
    sends_as: OnceLock<&'static str>,
}

/// Whether the file exists. If that cannot be determined it is assumed to: opening it reports the problem.
fn is_there(file: &Path) -> bool {
    file.try_exists().unwrap_or(true)
}

impl Session {
    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.loaded().settings
    }

    /// The settings, and their errors. Read once, so that all parts of a command use the same.
    #[must_use]
    pub fn loaded(&self) -> &Loaded {
        self.loaded.get_or_init(|| {
            let mut loaded = match &self.config {
                Some(file) => Settings::load(file, true),
                None => {
                    settings::usual_file().map_or_else(Loaded::default, |file| Settings::load(&file, false))
                }
            };
            // The key bindings are checked by the keymap.
            let (_, untaken) = keymap::bind(&loaded.settings.keys);
            loaded.notices.extend(untaken);
            loaded
        })
    }

    /// The command is the one of this name, and sends.
    pub fn sends_as(&self, command: &'static str) {
        let _ = self.sends_as.set(command);
    }

    /// Reports errors in the settings on standard error.
    pub fn report_settings(&self) {
        for notice in self.loaded().sentences() {
            eprint_line(&format!("ringback: {notice}"));
        }
    }

    /// The settings file, existing or not; none without a home folder.
    #[must_use]
    pub fn settings_file(&self) -> Option<PathBuf> {
        self.config.clone().or_else(settings::usual_file)
    }

    /// The same with the database that a line names which is being typed.
    #[must_use]
    pub fn on_line(&self, db: Option<&Path>) -> Self {
        Self {
            db: db.map(Path::to_owned).or_else(|| self.db.clone()),
            config: self.config.clone(),
            opened: OnceLock::new(),
            loaded: OnceLock::new(),
            sends_as: OnceLock::new(),
        }
    }

    /// Whether the settings file was named explicitly.
    #[must_use]
    pub fn names_settings(&self) -> bool {
        self.config.is_some()
    }

    /// The database, created if it does not exist.
    ///
    /// # Errors
    /// It cannot be used, or there is no home folder to look for it in.
    pub fn store(&self) -> Result<Opened, CommandError> {
        match self.database()? {
            Database::File(file) => self.open(file),
            #[cfg(feature = "postgres")]
            Database::Server(address) => Ok(Opened::from(self.on_server(*address))),
        }
    }

    /// The database, or none if it does not exist: a read-only command must not create one. Without an explicit name,
    /// a new user has none yet; an explicit name that does not exist is mistyped.
    ///
    /// # Errors
    /// As [`Session::store`], or the named file does not exist.
    pub fn store_if_there(&self) -> Result<Option<Opened>, CommandError> {
        let file = match self.database()? {
            Database::File(file) => file,
            #[cfg(feature = "postgres")]
            Database::Server(address) => return Ok(Some(Opened::from(self.on_server(*address)))),
        };
        if is_there(&file) {
            return self.open(file).map(Some);
        }
        match self.named_and_missing()? {
            Some(why) => Err(CommandError::Input(why)),
            None => Ok(None),
        }
    }

    /// As [`Session::store`], but a named file must exist.
    ///
    /// # Errors
    /// As [`Session::store_if_there`].
    pub fn existing_store(&self) -> Result<Opened, CommandError> {
        self.store_if_there()?.map_or_else(|| self.store(), Ok)
    }

    /// The database of a preview; none where the command would create it, since a preview creates nothing.
    ///
    /// # Errors
    /// As [`Session::store`].
    pub fn store_for_preview(&self) -> Result<Option<Opened>, CommandError> {
        if self.named_and_missing()?.is_none() {
            return self.store_if_there();
        }
        let name = self.database_named()?;
        eprint_line(&format!(
            "ringback: note: no database {name}: without --dry-run, this command creates it"
        ));
        Ok(None)
    }

    /// The error if a database was named and does not exist; none otherwise.
    ///
    /// # Errors
    /// As [`Session::database`].
    pub fn named_and_missing(&self) -> Result<Option<String>, CommandError> {
        let is_missing = match self.database()? {
            Database::File(file) => self.is_named() && !is_there(&file),
            #[cfg(feature = "postgres")]
            Database::Server(_) => false,
        };
        if !is_missing {
            return Ok(None);
        }
        let file = self.database_named()?;
        Ok(Some(format!(
            "no database {file}: check --db or RINGBACK_DB; `ringback profiles apply FILE` creates a new one"
        )))
    }

    /// A file, as the database of a command. Failures recorded here are counted according to the settings.
    fn open(&self, file: PathBuf) -> Result<Opened, CommandError> {
        self.open_file(file).map(Opened::from)
    }

    /// A file, created if it does not exist.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn open_file(&self, file: PathBuf) -> Result<Store, CommandError> {
        let store = Store::open(file)?;
        store.judge_by(health_rules(&self.loaded().settings));
        // A command opens one database; a second one would be closed when it is dropped.
        let _ = self.opened.set(Opened::from(store.clone()));
        Ok(store)
    }

    /// A database on a server. Nothing is connected yet.
    #[cfg(feature = "postgres")]
    pub fn on_server(&self, address: Address) -> PgStore {
        let drafts = settings::drafts_of(address.name());
        let store = PgStore::new(address, drafts);
        store.judge_by(health_rules(&self.loaded().settings));
        if let Some(command) = self.sends_as.get() {
            store.runs(command);
        }
        let _ = self.opened.set(Opened::from(store.clone()));
        store
    }

    /// The database, if the command opened it. It must be closed when the command has ended: background work
    /// could use it beyond the end of the process, and leave its write-ahead log behind.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.get()
    }

    /// The full name of the database, for messages: an empty one may be the wrong file.
    ///
    /// # Errors
    /// As [`Session::database`].
    pub fn database_named(&self) -> Result<String, CommandError> {
        Ok(match self.database()? {
            Database::File(file) => {
                escape_controls(&std::path::absolute(&file).unwrap_or(file).to_string_lossy())
            }
            #[cfg(feature = "postgres")]
            Database::Server(address) => escape_controls(address.name()),
        })
    }

    /// Whether the name of the database was given explicitly.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.db.is_some()
    }

    /// The path of the database, existing or not.
    ///
    /// # Errors
    /// None was named and there is no home folder; or the name cannot be used.
    pub fn database(&self) -> Result<Database, CommandError> {
        if let Some(name) = &self.db {
            let is_of_environment =
                std::env::var_os("RINGBACK_DB").is_some_and(|value| value == name.as_os_str());
            let given = if is_of_environment { Given::Environment } else { Given::CommandLine };
            return Database::read(name, given);
        }
        settings::usual_database().map(Database::File).ok_or_else(|| {
            CommandError::Input("there is no home folder for the database: name a file with --db".to_owned())
        })
    }
}

/// When profiles turn failing, and are disabled.
fn health_rules(settings: &Settings) -> HealthRules {
    HealthRules {
        disable_after: settings.auto_disable_after,
        failing_after: settings.failing_after,
        failing_rate: settings.failing_rate,
        failing_minutes: settings.failing_minutes,
        failing_min_events: settings.failing_min_events,
        alerts: AlertTargets::of(settings).is_some(),
    }
}
