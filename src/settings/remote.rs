//! The `[remote]` of the settings: the account that `ringback remote` works with. It never contains a key.

use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use super::account_name::{AccountId, AccountUrl};
use super::spelling::nearest;
use super::table;
use super::value::{number_in, some_text};

/// The names of the settings in `[remote]`.
pub(super) const NAMES: [&str; 6] = ["url", "account", "key_command", "key_file", "ca_file", "timeout_s"];

/// The longest time that a request may take, in seconds (our decision).
const MOST_SECONDS: u32 = 600;

/// The account of the platform's API, and how its key is obtained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSettings {
    /// The URL before `/v1/…`; that of the region if not set.
    pub url: Option<AccountUrl>,
    /// The account ID.
    pub account: Option<AccountId>,
    /// A command whose first line of output is the key, run by `sh -c`.
    pub key_command: Option<String>,
    /// A private file whose first line is the key; `~/` is the home folder.
    pub key_file: Option<String>,
    /// A file with certificates (PEM) that are trusted besides those of the system.
    pub ca_file: Option<String>,
    /// How long a request may take.
    pub timeout: Duration,
}

impl Default for RemoteSettings {
    fn default() -> Self {
        Self {
            url: None,
            account: None,
            key_command: None,
            key_file: None,
            ca_file: None,
            timeout: Duration::from_secs(30),
        }
    }
}

/// Parses the table. Invalid entries are reported with their position; the others are used.
pub fn read(
    value: &Spanned<DeValue>,
    allow_insecure_http: bool,
    report: impl FnMut(usize, String),
) -> RemoteSettings {
    let set = |settings: &mut RemoteSettings, name: &str, value: &DeValue| {
        settings.set(name, value, allow_insecure_http)
    };
    table::read("remote", value, set, report)
}

impl RemoteSettings {
    /// Makes relative file names relative to the settings file, whichever folder a command is run in.
    pub(super) fn resolve_files(&mut self, settings: &Path) {
        let folder = settings.parent().unwrap_or(Path::new(""));
        for file in [&mut self.key_file, &mut self.ca_file].into_iter().flatten() {
            // The home folder is known where the file is read.
            if !file.starts_with("~/")
                && let Some(resolved) = folder.join(&*file).to_str()
            {
                resolved.clone_into(file);
            }
        }
    }

    fn set(&mut self, name: &str, value: &DeValue, allow_insecure_http: bool) -> Result<(), String> {
        let place = match name {
            "url" => {
                let url = AccountUrl::parse(&some_text(name, value)?, allow_insecure_http);
                self.url = Some(url.map_err(|error| format!("{name}: {error}"))?);
                return Ok(());
            }
            "account" => {
                let id = AccountId::parse(&some_text(name, value)?);
                self.account = Some(id.map_err(|error| format!("{name}: {error}"))?);
                return Ok(());
            }
            "key_command" => &mut self.key_command,
            "key_file" => &mut self.key_file,
            "ca_file" => &mut self.ca_file,
            "timeout_s" => {
                self.timeout = Duration::from_secs(number_in(name, value, 1, MOST_SECONDS)?.into());
                return Ok(());
            }
            "key" => {
                return Err("a key must not be in the settings: use key_file, key_command or the \
                            environment's RINGBACK_REMOTE_KEY"
                    .to_owned());
            }
            _ => {
                let meant = nearest(name, &NAMES).map(|meant| format!(" (did you mean `{meant}`?)"));
                let known = || format!("; known settings: {}", NAMES.join(", "));
                return Err(format!("unknown setting `{name}` in [remote]{}", meant.unwrap_or_else(known)));
            }
        };
        *place = Some(some_text(name, value)?);
        if self.key_command.is_some() && self.key_file.is_some() {
            // Neither is used.
            return Err("key_command and key_file are both set: remove one".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn files_are_relative_to_the_settings_file() {
        let text = "[remote]\nkey_file = \"key\"\nca_file = \"/ca.pem\"\n";
        let remote = Settings::parse(text, Path::new("/etc/ringback/config.toml")).settings.remote;
        let files = (remote.key_file.as_deref(), remote.ca_file.as_deref());
        assert_eq!(files, (Some("/etc/ringback/key"), Some("/ca.pem")));
        let home = Settings::parse("[remote]\nkey_file = \"~/key\"\n", Path::new("/etc/config.toml"));
        assert_eq!(home.settings.remote.key_file.as_deref(), Some("~/key"));
    }

    #[test]
    fn the_table_is_read() {
        let text = "[remote]\nurl = \"https://api.eu.kaleyra.io\"\naccount = \"HX1\"\nkey_command = \"pass show k\"\n\
                    ca_file = \"/ca.pem\"\ntimeout_s = 5\n";
        let loaded = Settings::parse(text, Path::new("config.toml"));
        assert_eq!(loaded.notices, []);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            loaded.settings.remote,
            RemoteSettings {
                url: Some(AccountUrl::parse("https://api.eu.kaleyra.io", false).unwrap()),
                account: Some(AccountId::parse("HX1").unwrap()),
                key_command: text("pass show k"),
                key_file: None,
                ca_file: text("/ca.pem"),
                timeout: Duration::from_secs(5),
            }
        );
    }

    #[test]
    fn each_mistake_is_reported_with_its_line_and_no_key_is_repeated() {
        let text = "[remote]\nurl = 1\nacount = \"x\"\nkey = \"hush\"\ntimeout_s = 0\naccount = \" \"\n";
        let loaded = Settings::parse(text, Path::new("config.toml"));
        assert_eq!(loaded.settings.remote, RemoteSettings::default());
        assert_eq!(
            loaded.sentences().collect::<Vec<_>>(),
            [
                "config.toml:2: url must be a string",
                "config.toml:3: unknown setting `acount` in [remote] (did you mean `account`?)",
                "config.toml:4: a key must not be in the settings: use key_file, key_command or the environment's \
                 RINGBACK_REMOTE_KEY",
                "config.toml:5: timeout_s must be a whole number from 1 to 600",
                "config.toml:6: account must not be empty: remove it instead",
            ]
        );
    }

    #[test]
    fn what_names_no_account_is_reported_without_its_password() {
        let notices = |text: &str| -> Vec<String> {
            Settings::parse(text, Path::new("config.toml")).sentences().collect()
        };
        assert_eq!(
            notices("[remote]\nurl = \"https://me:hush@api.example\"\naccount = \"a/b\"\n"),
            [
                "config.toml:2: url: the URL of the account must contain no user and no password: write it as in \
                 https://api.in.kaleyra.io",
                "config.toml:3: account: the account ID must be 1 to 64 letters, digits, '-', '_' or '.'",
            ]
        );
        let plain = "[remote]\nurl = \"http://api.example\"\n";
        assert!(notices(plain).concat().contains("must begin with https://"));
        // Wherever that is set.
        assert_eq!(notices(&format!("allow_insecure_http = true\n{plain}")), [""; 0]);
        assert_eq!(
            notices("[remote]\nkey_command = \"pass show k\"\nkey_file = \"/k\"\n"),
            ["config.toml:3: key_command and key_file are both set: remove one"]
        );
    }
}
