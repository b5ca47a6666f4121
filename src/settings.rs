//! Settings: a small TOML file, which never keeps the program from starting.

mod keys;
mod look;
mod network;

pub use keys::Binding;
pub use look::{Borders, ThemeName, Zone};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::Xdg;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::profile::network::Network;
use crate::profile::{Choice, Region, Rules, Status};

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
    /// Which addresses are dialled.
    pub network: Arc<Network>,
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
            network: Arc::default(),
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

/// The settings there are, for messages.
const NAMES: &str = "region, allow_insecure_http, extended_retries, network, network_allow, network_deny, \
     theme, borders, time, mouse, keep_days, keep_deliveries, auto_disable_after, keys";

impl Settings {
    /// Reads the file, and the environment's `NO_COLOR`. `named` says that a person asked for this
    /// file: then it is told when it is not there.
    #[must_use]
    pub fn load(file: &Path, named: bool) -> Loaded {
        let mut loaded = match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => Loaded::default(),
            Err(error) => {
                let notice = format!("{}: cannot be read ({error}): nothing is set", file.display());
                Loaded { notices: vec![notice], ..Loaded::default() }
            }
        };
        // https://no-color.org: any text but the empty one.
        if std::env::var_os("NO_COLOR").is_some_and(|text| !text.is_empty()) {
            loaded.settings.theme = ThemeName::Mono;
        }
        loaded
    }

    /// Reads the text of a file. What is unknown or wrong is told, and the rest is taken.
    #[must_use]
    pub fn parse(text: &str, file: &Path) -> Loaded {
        // Some editors put a byte order mark first.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut settings = Self::default();
        let mut notices = Vec::new();
        let place = |at: usize| {
            let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
            format!("{}:{line}", file.display())
        };
        let mut tell = |at: usize, what: String| notices.push(format!("{}: {what}", place(at)));
        match DeTable::parse(text) {
            Ok(table) => {
                for (name, value) in table.get_ref() {
                    if name.get_ref() == "keys" {
                        settings.keys = keys::read(value, place, &mut tell);
                    } else if let Err(what) = settings.set(name.get_ref(), value) {
                        tell(name.span().start, what);
                    }
                }
            }
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                tell(at, format!("{}: nothing is set", error.message().replace('\n', ", ")));
            }
        }
        Loaded { settings, notices }
    }

    /// What a profile is checked by.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            allow_insecure_http: self.allow_insecure_http,
            extended_retries: self.extended_retries,
            network: Some(Arc::clone(&self.network)),
        }
    }

    fn set(&mut self, name: &str, value: &Spanned<DeValue>) -> Result<(), String> {
        let value = value.get_ref();
        match name {
            "region" => self.region = choice(name, value)?,
            "allow_insecure_http" => self.allow_insecure_http = flag(name, value)?,
            "extended_retries" => self.extended_retries = flag(name, value)?,
            "theme" => self.theme = look::theme(name, value)?,
            "borders" => self.borders = Some(choice(name, value)?),
            "time" => self.time = choice(name, value)?,
            "keep_days" => self.keep_days = number(name, value)?,
            "keep_deliveries" => self.keep_deliveries = number(name, value)?,
            "auto_disable_after" => self.auto_disable_after = number(name, value)?,
            "network" | "network_allow" | "network_deny" => {
                return network::set(Arc::make_mut(&mut self.network), name, value);
            }
            "mouse" => self.mouse = flag(name, value)?,
            _ => return Err(format!("there is no setting {name}: there are {NAMES}")),
        }
        Ok(())
    }
}

fn choice<C: Choice>(name: &str, value: &DeValue) -> Result<C, String> {
    let names = || C::ALL.iter().map(|c| format!("\"{}\"", c.name())).collect::<Vec<_>>().join(", ");
    value.as_str().and_then(C::from_name).ok_or_else(|| format!("{name} must be one of {}", names()))
}

fn flag(name: &str, value: &DeValue) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("{name} must be true or false"))
}

fn number<N: std::str::FromStr>(name: &str, value: &DeValue) -> Result<N, String> {
    let digits = value.as_integer().filter(|digits| digits.radix() == 10);
    let number = digits.and_then(|digits| digits.as_str().parse().ok());
    number.ok_or_else(|| format!("{name} must be a whole number, 0 or more"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Loaded {
        Settings::parse(text, Path::new("config.toml"))
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_file() {
        let loaded = parse("\u{feff}mouse = true");
        assert!(loaded.settings.mouse && loaded.notices.is_empty(), "{:?}", loaded.notices);
    }

    fn binding(action: &str, keys: &[&str], place: &str) -> Binding {
        let keys = keys.iter().map(ToString::to_string).collect();
        Binding { action: action.to_owned(), keys, place: place.to_owned() }
    }

    #[test]
    fn keys_that_are_none_are_told_with_their_line() {
        let loaded = parse("[keys]\nquit = 5\nhelp = \"f1\"\ntest = [\"x\", 1]\n");
        assert_eq!(
            loaded.notices,
            [
                "config.toml:2: quit: keys are a text as in quit = \"ctrl+s f2\", or a list of such",
                "config.toml:4: test: keys are a text as in test = \"ctrl+s f2\", or a list of such",
            ]
        );
        assert_eq!(loaded.settings.keys, [binding("help", &["f1"], "config.toml:3")]);
        assert_eq!(parse("keys = 1").notices, ["config.toml:1: keys must be a table: [keys]"]);
    }

    #[test]
    fn everything_can_be_set() {
        let text = "region = \"EU\"\nallow_insecure_http = true\nextended_retries = true\ntheme = \"mono\"\n\
                    borders = \"ascii\"\ntime = \"local\"\nmouse = true\nauto_disable_after = 5\n\
                    keep_days = 7\nkeep_deliveries = 0\n[keys]\neditor-save = \"ctrl+w f2\"\nquit = [\"f12\"]\n";
        let loaded = parse(text);
        assert_eq!(loaded.notices, [""; 0]);
        let settings = Settings {
            region: Region::Eu,
            allow_insecure_http: true,
            extended_retries: true,
            theme: ThemeName::Mono,
            mouse: true,
            borders: Some(Borders::Ascii),
            time: Zone::Local,
            keep_days: 7,
            keep_deliveries: 0,
            auto_disable_after: 5,
            keys: vec![
                binding("editor-save", &["ctrl+w", "f2"], "config.toml:12"),
                binding("quit", &["f12"], "config.toml:13"),
            ],
            ..Settings::default()
        };
        assert_eq!(loaded.settings, settings);
        let network = Some(Arc::default());
        assert_eq!(settings.rules(), Rules { allow_insecure_http: true, extended_retries: true, network });
        assert_eq!(parse(""), Loaded::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_the_rest_is_taken() {
        let loaded =
            parse("# mine\nregion = \"XX\"\n\nnetwerk = 1\nextended_retries = \"yes\"\ntheme = 'mono'\n");
        let mut notices = loaded.notices;
        notices.sort();
        assert_eq!(
            notices.iter().map(String::as_str).collect::<Vec<_>>(),
            [
                "config.toml:2: region must be one of \"IN\", \"SG\", \"EU\", \"US\"",
                &format!("config.toml:4: there is no setting netwerk: there are {NAMES}"),
                "config.toml:5: extended_retries must be true or false",
            ]
        );
        assert_eq!(loaded.settings, Settings { theme: ThemeName::Mono, ..Settings::default() });
    }

    #[test]
    fn a_file_that_is_no_toml_sets_nothing() {
        let loaded = parse("theme = \"mono\"\nregion = \n");
        assert_eq!(loaded.settings, Settings::default());
        assert_eq!(loaded.notices.len(), 1);
        assert!(loaded.notices[0].starts_with("config.toml:2: "), "{:?}", loaded.notices);
    }

    #[test]
    fn a_file_that_is_not_there_is_told_when_it_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none.toml");
        assert!(Settings::load(&file, false).notices.is_empty());
        assert!(Settings::load(&file, true).notices[0].contains("none.toml: cannot be read"));
        assert!(Settings::load(folder.path(), false).notices[0].contains("cannot be read"));
    }
}
