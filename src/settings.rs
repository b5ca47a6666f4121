//! Settings: a small TOML file, which never keeps the program from starting.
//!
//! It fails closed: a file that cannot be read completely neither opens an address that it may close
//! nor removes a delivery that it may keep.

mod keys;
mod look;
mod network;
mod read;
mod spelling;
mod syntax;
mod value;

pub use keys::Binding;
pub use look::{Borders, ThemeName, Zone};
pub use network::{Addresses, AddressesUnknown};

use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;

use sha2::Digest as _;

use crate::files::{self, UnreadableFile};
use crate::profile::{Region, Rules, Status};

/// The longest settings file, in bytes (our decision).
const LONGEST: u64 = 1 << 20;

/// What a person has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The region of new profile ids.
    pub region: Region,
    /// Plain http to any host, not to this machine only.
    pub allow_insecure_http: bool,
    /// Retries up to the channel's maximum.
    pub extended_retries: bool,
    /// The colours of the console.
    pub theme: ThemeName,
    /// The characters of borders and signs; by the locale where nothing is set.
    pub borders: Option<Borders>,
    /// The zone of times on the screen.
    pub time: Zone,
    /// Keys in place of the usual ones, in the order of the file.
    pub keys: Vec<Binding>,
    /// How many days the log keeps a delivery that has ended; 0 for ever.
    pub keep_days: u32,
    /// How many deliveries that have ended the log keeps; 0 all.
    pub keep_deliveries: u64,
    /// How many events in a row fail for good before their profile is disabled; 0 never.
    pub auto_disable_after: u32,
    /// Which addresses are dialled, or that this is not known.
    pub addresses: Addresses,
    /// Whether clicks and the wheel come to the console from the start.
    pub mouse: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: Region::default(),
            allow_insecure_http: false,
            extended_retries: false,
            theme: ThemeName::default(),
            borders: None,
            time: Zone::default(),
            mouse: false,
            keys: Vec::new(),
            keep_days: 90,
            keep_deliveries: 1_000_000,
            auto_disable_after: Status::AUTO_DISABLE_AFTER,
            addresses: Addresses::default(),
        }
    }
}

/// Settings, and what was wrong with their file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// What could be read; the rest is as if it were not there.
    pub settings: Settings,
    /// A sentence each, with file and line, for a person.
    pub notices: Vec<String>,
}

impl Settings {
    /// Reads the file, and the environment's `NO_COLOR`. `named` says that a person asked for this
    /// file: then it must exist.
    #[must_use]
    pub fn load(file: &Path, named: bool) -> Loaded {
        let mut loaded = match files::read_text(file, LONGEST) {
            Ok(text) => Self::parse(&text, file),
            Err(error) if !named && is_absent(file, &error) => Loaded::default(),
            Err(error) => read::unread(file, &error),
        };
        // https://no-color.org: any text but the empty one.
        if std::env::var_os("NO_COLOR").is_some_and(|text| !text.is_empty()) {
            loaded.settings.theme = ThemeName::Mono;
        }
        loaded
    }

    /// Reads the text of a file. What is unknown or wrong is reported, and the rest is used; without
    /// valid TOML there is no rest.
    #[must_use]
    pub fn parse(text: &str, file: &Path) -> Loaded {
        read::parse(text, file)
    }

    /// What a profile is checked by.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            allow_insecure_http: self.allow_insecure_http,
            extended_retries: self.extended_retries,
            network: Some(self.addresses.to_judge()),
            any_size: false,
        }
    }
}

/// Whether no file was written: nothing has its name, not even a link that leads nowhere, and the part of
/// its path that exists is neither a link that leads nowhere nor a file: a folder that is not mounted now may
/// hide settings that close something. A home of `/dev/null` has no settings.
fn is_absent(file: &Path, error: &UnreadableFile) -> bool {
    let missing = match error {
        UnreadableFile::Missing => true,
        UnreadableFile::System(error) => error.kind() == io::ErrorKind::NotADirectory,
        _ => false,
    };
    let mut there = file.ancestors().filter(|part| part.symlink_metadata().is_ok());
    let is_open = |part: &Path| part.is_dir() || !(part.is_symlink() || part.is_file());
    missing && there.next().is_some_and(|part| part != file && is_open(part))
}

/// Where the settings are unless another file is named; `None` without a home folder.
#[must_use]
pub fn usual_file() -> Option<PathBuf> {
    Xdg::new().ok().map(|xdg| xdg.config_dir().join("ringback").join("config.toml"))
}

/// Where the database is unless another file is named; `None` without a home folder.
#[must_use]
pub fn usual_database() -> Option<PathBuf> {
    Xdg::new().ok().map(|xdg| xdg.data_dir().join("ringback").join("ringback.db"))
}

/// Where the unsaved drafts of a database on a server are kept; none without a home folder.
#[must_use]
pub fn drafts_of(database: &str) -> Option<PathBuf> {
    let digest = sha2::Sha256::digest(database.as_bytes());
    let name = digest.iter().take(8).fold(0_u64, |name, byte| name << 8 | u64::from(*byte));
    Some(usual_database()?.with_file_name(format!("drafts-{name:016x}.db")))
}

#[cfg(test)]
mod tests;
