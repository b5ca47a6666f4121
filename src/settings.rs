//! Settings: a small TOML file whose errors never prevent the program from starting.
//!
//! It fails closed: if a file cannot be read completely, no address is allowed that it may forbid, and no delivery is
//! removed that it may keep.

mod account_name;
mod api;
mod effective;
mod keys;
mod look;
mod names;
mod network;
mod notice;
mod read;
mod remote;
mod source;
mod spelling;
mod syntax;
mod table;
mod value;

pub use account_name::{AccountId, AccountNameError, AccountUrl};
pub use api::ApiSettings;
pub use effective::EffectiveSetting;
pub use keys::Binding;
pub use look::{Borders, ThemeName, Zone};
pub use network::{Addresses, AddressesUnknown};
pub use notice::{SettingsNotice, SettingsPlace};
pub use remote::RemoteSettings;
pub use source::SettingSource;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;

use sha2::Digest as _;

use crate::files::{self, UnreadableFile};
use crate::profile::{Region, Rules, Status};

/// The longest settings file, in bytes (our decision).
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The region of new profile ids.
    pub region: Region,
    /// Allows plain http to any host, not only to this machine.
    pub allow_insecure_http: bool,
    /// Allows retries up to the channel's maximum.
    pub extended_retries: bool,
    /// The colours of the console.
    pub theme: ThemeName,
    /// The characters of borders and signs; according to the locale if not set.
    pub borders: Option<Borders>,
    /// The zone of displayed times.
    pub time: Zone,
    /// Key bindings that replace default ones, in file order.
    pub keys: Vec<Binding>,
    /// How many days ended deliveries are kept in the log; 0 for no limit.
    pub keep_days: u32,
    /// How many ended deliveries are kept in the log; 0 for all.
    pub keep_deliveries: u64,
    /// After how many consecutive failed events their profile is disabled; 0 for never.
    pub auto_disable_after: u32,
    /// After how many consecutive failed events a profile is failing; 0 for never.
    pub failing_after: u32,
    /// While at least how many percent of its events fail a profile is failing; 0 for never.
    pub failing_rate: u32,
    /// Over how many minutes that is counted.
    pub failing_minutes: u32,
    /// How many events must have ended in that time.
    pub failing_min_events: u32,
    /// The command that is given alerts, run by `sh -c`.
    pub on_alert: Option<String>,
    /// The id or title of the profile that is given alerts.
    pub alert_profile: Option<String>,
    /// Which addresses may be dialled, or that this is unknown.
    pub addresses: Addresses,
    /// Whether the console captures the mouse from the start.
    pub mouse: bool,
    /// How the HTTP API listens, and its limits.
    pub api: ApiSettings,
    /// The account that `ringback remote` works with.
    pub remote: RemoteSettings,
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
            api: ApiSettings::default(),
            remote: RemoteSettings::default(),
            keys: Vec::new(),
            keep_days: 90,
            keep_deliveries: 1_000_000,
            auto_disable_after: Status::AUTO_DISABLE_AFTER,
            failing_after: 20,
            failing_rate: 0,
            failing_minutes: 10,
            failing_min_events: 20,
            on_alert: None,
            alert_profile: None,
            addresses: Addresses::default(),
        }
    }
}

/// Settings, and the errors in their file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// Everything that could be read; the rest has its defaults.
    pub settings: Settings,
    /// The errors, in file order.
    pub notices: Vec<SettingsNotice>,
    /// Where each setting comes from that has not its default. Those of `[api]` have names such as `api.listen`.
    pub sources: BTreeMap<String, SettingSource>,
}

impl Loaded {
    /// A sentence for each error, with file and line.
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        self.notices.iter().map(ToString::to_string)
    }
}

impl Settings {
    /// Reads the file, and the environment's `NO_COLOR`. `named` says that the file was named explicitly: then it
    /// must exist.
    #[must_use]
    pub fn load(file: &Path, named: bool) -> Loaded {
        let mut loaded = match files::read_text(file, MAX_FILE_BYTES) {
            Ok(text) => Self::parse(&text, file),
            Err(error) if !named && is_absent(file, &error) => Loaded::default(),
            Err(error) => read::unread(file, &error),
        };
        // https://no-color.org: any value but the empty one.
        if std::env::var_os("NO_COLOR").is_some_and(|text| !text.is_empty()) {
            loaded.settings.theme = ThemeName::Mono;
            loaded.sources.insert("theme".to_owned(), SettingSource::Environment("NO_COLOR"));
        }
        loaded
    }

    /// Parses the text of a file. Unknown and invalid settings are reported, and the rest is used; if the TOML is
    /// invalid there is no rest.
    #[must_use]
    pub fn parse(text: &str, file: &Path) -> Loaded {
        read::parse(text, file)
    }

    /// The rules for checking profiles.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            allow_insecure_http: self.allow_insecure_http,
            extended_retries: self.extended_retries,
            network: Some(self.addresses.for_checks()),
            any_size: false,
        }
    }
}

/// Whether there is certainly no settings file: nothing has its name, not even a dangling link, and the existing part
/// of its path is neither a dangling link nor a file. Otherwise a folder that is not mounted now may hide
/// restrictions. A home of `/dev/null` has no settings.
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

/// The default path of the settings file; `None` without a home folder.
#[must_use]
pub fn usual_file() -> Option<PathBuf> {
    Xdg::new().ok().map(|xdg| xdg.config_dir().join("ringback").join("config.toml"))
}

/// The default path of the database; `None` without a home folder.
#[must_use]
pub fn usual_database() -> Option<PathBuf> {
    Xdg::new().ok().map(|xdg| xdg.data_dir().join("ringback").join("ringback.db"))
}

/// Where the requests that the receiver got are kept, beside the database in a file.
#[must_use]
pub fn received_beside(database: &Path) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(".received");
    database.with_file_name(name)
}

/// The same for a database on a server; none without a home folder.
#[must_use]
pub fn received_of(database: &str) -> Option<PathBuf> {
    Some(drafts_of(database)?.with_extension("received"))
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
