//! Which database and which settings a command works with.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::keymap;
use crate::settings::{self, Loaded, Settings};
use crate::storage::{Opened, Store};
use crate::text::escape_controls;

use super::error::CommandError;
use super::output::tell;

/// The heading of the options that every command has.
const GLOBAL: &str = "Global options";

/// The options that every command has.
#[derive(Debug, Clone, clap::Args)]
pub struct Session {
    #[arg(long, value_name = "FILE", global = true, env = "RINGBACK_DB", hide_env_values = true, help_heading = GLOBAL)]
    #[arg(help = "Database file [default: $XDG_DATA_HOME/ringback/ringback.db]")]
    db: Option<PathBuf>,
    #[arg(long, value_name = "FILE", global = true, env = "RINGBACK_CONFIG", hide_env_values = true, help_heading = GLOBAL)]
    #[arg(help = "Settings file [default: $XDG_CONFIG_HOME/ringback/config.toml]")]
    config: Option<PathBuf>,
    /// The store that the command opened, to be closed when it has ended.
    #[arg(skip)]
    opened: OnceLock<Opened>,
    #[arg(skip)]
    loaded: OnceLock<Loaded>,
}

/// Whether the file exists. One that cannot be inspected does: opening it reports the problem.
fn is_there(file: &Path) -> bool {
    file.try_exists().unwrap_or(true)
}

impl Session {
    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.loaded().settings
    }

    /// The settings, and what is wrong with them. Read once: all parts of a command go by the same.
    #[must_use]
    pub fn loaded(&self) -> &Loaded {
        self.loaded.get_or_init(|| {
            let mut loaded = match &self.config {
                Some(file) => Settings::load(file, true),
                None => {
                    settings::usual_file().map_or_else(Loaded::default, |file| Settings::load(&file, false))
                }
            };
            // Which keys can be bound to what, the console knows.
            let (_, untaken) = keymap::bind(&loaded.settings.keys);
            loaded.notices.extend(untaken);
            loaded
        })
    }

    /// Reports on standard error what is wrong with the settings.
    pub fn report_settings(&self) {
        for notice in &self.loaded().notices {
            tell(&format!("ringback: {notice}"));
        }
    }

    /// The settings file, whether it is there or not; none without a home folder.
    #[must_use]
    pub fn settings_file(&self) -> Option<PathBuf> {
        self.config.clone().or_else(settings::usual_file)
    }

    /// The database, made where it is missing.
    ///
    /// # Errors
    /// It cannot be used, or there is no home folder to look for it in.
    pub fn store(&self) -> Result<Opened, CommandError> {
        self.open(self.database()?)
    }

    /// The database, unless there is none yet: looking for something must not make one. Without a
    /// name a new user has none yet; a name that leads nowhere is mistyped.
    ///
    /// # Errors
    /// As [`Session::store`], or there is no file of the name that was given.
    pub fn store_if_there(&self) -> Result<Option<Opened>, CommandError> {
        let file = self.database()?;
        if is_there(&file) {
            return self.open(file).map(Some);
        }
        match self.named_and_missing()? {
            Some(why) => Err(CommandError::Input(why)),
            None => Ok(None),
        }
    }

    /// As [`Session::store`], but a file that was named must be there.
    ///
    /// # Errors
    /// As [`Session::store_if_there`].
    pub fn existing_store(&self) -> Result<Opened, CommandError> {
        self.store_if_there()?.map_or_else(|| self.store(), Ok)
    }

    /// That a database was named, and is not there; none otherwise.
    ///
    /// # Errors
    /// As [`Session::database`].
    pub fn named_and_missing(&self) -> Result<Option<String>, CommandError> {
        if !self.is_named() || is_there(&self.database()?) {
            return Ok(None);
        }
        let file = self.database_named()?;
        Ok(Some(format!(
            "no database {file}: check --db or RINGBACK_DB; `ringback profiles apply FILE` creates a new one"
        )))
    }

    /// Whatever is recorded there is counted as the settings say.
    fn open(&self, file: PathBuf) -> Result<Opened, CommandError> {
        let store = Store::open(file)?;
        store.disable_after(self.loaded().settings.auto_disable_after);
        let store = Opened::from(store);
        // A command opens one database; a second one would be closed when it is dropped.
        let _ = self.opened.set(store.clone());
        Ok(store)
    }

    /// The database, if the command opened it. It must be closed when the command has ended: background work
    /// could use it beyond the end of the process, and leave its write-ahead log behind.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.get()
    }

    /// The full path of the database, for messages: an empty one may be the wrong file.
    ///
    /// # Errors
    /// As [`Session::database`].
    pub fn database_named(&self) -> Result<String, CommandError> {
        let file = self.database()?;
        Ok(escape_controls(&std::path::absolute(&file).unwrap_or(file).to_string_lossy()))
    }

    /// Whether a person or a script gave the name of the database.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.db.is_some()
    }

    /// Where the database is, or will be.
    ///
    /// # Errors
    /// None was named and there is no home folder.
    pub fn database(&self) -> Result<PathBuf, CommandError> {
        self.db.clone().or_else(settings::usual_database).ok_or_else(|| {
            CommandError::Input("there is no home folder for the database: name a file with --db".to_owned())
        })
    }
}
