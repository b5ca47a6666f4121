//! The settings that say which addresses may be dialled.

use std::sync::Arc;

use toml::de::DeValue;

use super::notice::SettingsPlace;
use super::value::choice;
use crate::profile::network::{Network, NetworkEntry, Reach};

/// The consequence if the file does not say which addresses are forbidden.
pub(super) const CLOSED: &str = "`network` counts as \"public\", nothing is sent until this is fixed";

/// Which addresses may be dialled, as far as the settings say so. For sending they must be known completely: refusing
/// an address that is allowed would fail a delivery, and an address that is dialled may be forbidden.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    network: Arc<Network>,
    unknown: Option<AddressesUnknown>,
}

/// The settings do not say which addresses may be dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing is sent until {place} is fixed")]
pub struct AddressesUnknown {
    /// The file, and the line if known.
    pub place: String,
}

impl Addresses {
    /// Addresses as allowed by this network.
    #[must_use]
    pub fn known(network: Network) -> Self {
        Self { network: Arc::new(network), unknown: None }
    }

    /// For checking addresses in saved profiles and on the screen; `public` if unknown.
    #[must_use]
    pub fn for_checks(&self) -> Arc<Network> {
        Arc::clone(&self.network)
    }

    /// For sending.
    ///
    /// # Errors
    /// The settings could not be read completely.
    pub fn for_sending(&self) -> Result<Arc<Network>, AddressesUnknown> {
        self.unknown.clone().map_or_else(|| Ok(self.for_checks()), Err)
    }

    /// Why nothing is sent by a program that reads its settings only at the start; `None` if sending is allowed.
    #[must_use]
    pub fn closed(&self) -> Option<String> {
        self.unknown.as_ref().map(|unknown| format!("{unknown} and ringback is started again"))
    }

    /// Nothing is sent because of the entry at this position.
    pub(super) fn close(&mut self, place: &SettingsPlace) {
        self.unknown.get_or_insert_with(|| AddressesUnknown { place: place.to_string() });
        Arc::make_mut(&mut self.network).reach = Reach::Public;
    }

    /// Applies one of the three settings. The valid entries of a list are used.
    ///
    /// # Errors
    /// The error.
    pub(super) fn set(&mut self, name: &str, value: &DeValue<'_>) -> Result<(), String> {
        let is_open = self.unknown.is_none();
        let network = Arc::make_mut(&mut self.network);
        match name {
            "network" => {
                let reach = choice(name, value)?;
                // An error elsewhere has closed it.
                if is_open {
                    network.reach = reach;
                }
                Ok(())
            }
            "network_allow" => list(&mut network.allow, name, value),
            _ => list(&mut network.deny, name, value),
        }
    }
}

fn list(into: &mut Vec<NetworkEntry>, name: &str, value: &DeValue<'_>) -> Result<(), String> {
    let wanted = || format!("{name} must be a list such as [\"10.1.0.0/16\", \"hooks.example\", \".corp\"]");
    let values = value.as_array().ok_or_else(wanted)?;
    let mut errors = Vec::new();
    for value in values {
        match value.get_ref().as_str().map(NetworkEntry::parse) {
            Some(Ok(entry)) => into.push(entry),
            Some(Err(error)) => errors.push(format!("{name}: {error}")),
            None => errors.push(wanted()),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Loaded, Settings};
    use super::*;
    use crate::settings::SettingsNotice;

    fn parse(text: &str) -> Loaded {
        Settings::parse(text, Path::new("config.toml"))
    }

    #[test]
    fn all_three_settings_are_read() {
        let text = "network = \"public\"\nnetwork_allow = [\"10.1.0.0/16\", \".corp\"]\n\
                    network_deny = [\n  \"8.8.8.8\",\n]\n";
        let loaded = parse(text);
        assert_eq!(loaded.notices, []);
        let network = loaded.settings.addresses.for_sending().unwrap();
        let texts = |list: &[NetworkEntry]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(network.reach, Reach::Public);
        assert_eq!(texts(&network.allow), ["10.1.0.0/16", ".corp"]);
        assert_eq!(texts(&network.deny), ["8.8.8.8"]);
        assert_eq!(parse("").settings.addresses.for_sending().unwrap().reach, Reach::Operator);
    }

    #[test]
    fn invalid_settings_close_the_network() {
        let loaded =
            parse("network = \"pubic\"\nnetwork_deny = [\"10.0.0.0/8\", \"10/8\", 7]\nnetwork_allow = 1\n");
        let addresses = &loaded.settings.addresses;
        assert_eq!((addresses.for_checks().reach, addresses.for_checks().deny.len()), (Reach::Public, 1));
        assert_eq!(addresses.for_sending().unwrap_err().place, "config.toml:1");
        let reported: Vec<String> = loaded.sentences().collect();
        assert_eq!(
            reported[0],
            "config.toml:1: network must be one of \"operator\", \"public\" · `network` counts as \"public\", \
             nothing is sent until this is fixed"
        );
        assert!(
            reported[1].starts_with("config.toml:2: network_deny: \"10/8\" is not an address"),
            "{reported:?}"
        );
        assert!(reported[1].contains("; network_deny must be a list"), "{reported:?}");
        assert!(reported[2].starts_with("config.toml:3: network_allow must be a list"), "{reported:?}");
        assert_eq!(reported.len(), 3);
    }

    /// Whatever and wherever the error in the file is: what it may forbid stays forbidden.
    #[test]
    fn a_file_that_cannot_be_read_completely_allows_nothing() {
        for (text, line) in [
            ("theme = \nnetwork = \"public\"\n", 1),
            ("network = \"public\"\ntheme = \n", 2),
            ("network = \"public\"\nnetwork = \"operator\"\n", 2),
            ("<<<<<<< HEAD\nnetwork = \"public\"\n", 1),
            ("network = \"public\"\n\0\n", 2),
            ("network = \"public\"\nnetwork_deny = [\"10.0.0.0/8\",\n", 2),
            ("[keys]\nnetwork = \"public\"\n", 2),
            ("mouse = true\n[other]\nx = 1\nnetwork_deny = [\"10.0.0.0/8\"]\n", 4),
            ("[[list]]\n[list.deep]\nNetwork = \"public\"\n", 3),
            ("keys.network = \"public\"\n", 1),
            ("Network = \"public\"\n", 1),
            ("\"network \" = \"public\"\n", 1),
            ("network-deny = [\"10.0.0.0/8\"]\n", 1),
            ("netwrok = \"public\"\n", 1),
            ("[network]\nreach = \"public\"\n", 1),
            ("network.deny = [\"10.0.0.0/8\"]\n", 1),
            ("network = \"operator\"\nnetwork_deny = \"10.0.0.0/8\"\n", 2),
            ("network_deny = [\"10.0.0/8\"]\nnetwork = \"operator\"\n", 1),
            ("mouse = true\ndeny = [\"10.0.0.0/8\"]\n", 2),
            ("net = \"public\"\n", 1),
            ("netw = \"public\"\n", 1),
            ("reach = \"public\"\n", 1),
            ("public = true\n", 1),
            ("[net]\ndeny = [\"10.0.0.0/8\"]\n", 1),
            ("[keys]\ndeny = [\"10.0.0.0/8\"]\n", 2),
            ("\"ｎｅｔｗｏｒｋ\" = \"public\"\n", 1),
            // No setting resembles it, so it may have been meant to forbid something.
            ("block = [\"10.0.0.0/8\"]\n", 1),
            ("colour = 1\n", 1),
            ("[other]\nx = 1\n", 1),
            ("\"сеть\" = \"public\"\n", 1),
            // Resembles a setting, with a value that is invalid for it.
            ("mod = \"public\"\n", 1),
            ("modes = \"public\"\n", 1),
            ("mouze = \"public\"\n", 1),
            ("them = [\"127.0.0.1\"]\n", 1),
            ("them = \"public\"\n", 1),
            ("mouse = true\ntiem = \"public\"\n", 2),
            ("regoin = [\"10.0.0.0/8\"]\n", 1),
            ("keep_dasy = [\"10.0.0.0/8\"]\n", 1),
            ("kyes = [\"10.0.0.0/8\"]\n", 1),
            ("[key]\nblock = true\n", 1),
        ] {
            let Loaded { settings, notices, .. } = parse(text);
            assert_eq!(settings.addresses.for_checks().reach, Reach::Public, "{text}");
            let place = SettingsPlace::on_line("config.toml", line);
            assert!(settings.addresses.for_sending().is_err(), "{text}");
            let reported = |notice: &SettingsNotice| notice.place == place && notice.message.contains(CLOSED);
            assert!(notices.iter().any(reported), "{text}: {notices:?}");
        }
        for text in [
            "them = \"dark\"\n",
            "mouze = true\n",
            "theme = 1\n",
            "keep_dasy = 9\n",
            "region = \"XX\"\n",
            "[keys]\nquit = 5\n",
            "[key]\nquit = \"x\"\n",
        ] {
            let Loaded { settings, notices, .. } = parse(text);
            assert_eq!(notices.len(), 1, "{notices:?}");
            assert!(settings.addresses.for_sending().is_ok(), "{text}");
        }
    }
}
