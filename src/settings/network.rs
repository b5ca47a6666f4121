//! The settings that say which addresses are dialled.

use toml::de::DeValue;

use super::choice;
use crate::profile::network::{Entry, Network, Reach};

/// Takes one of the three settings. What is wrong opens nothing: `network` is then `public`, and of
/// a list what can be read is taken.
///
/// # Errors
/// What is wrong, for a person.
pub(super) fn set(network: &mut Network, name: &str, value: &DeValue<'_>) -> Result<(), String> {
    match name {
        "network" => {
            let reach = choice::<Reach>(name, value);
            network.reach = *reach.as_ref().unwrap_or(&Reach::Public);
            reach.map(|_| ()).map_err(|error| format!("{error}: taken as \"public\""))
        }
        "network_allow" => list(&mut network.allow, name, value),
        _ => list(&mut network.deny, name, value),
    }
}

fn list(into: &mut Vec<Entry>, name: &str, value: &DeValue<'_>) -> Result<(), String> {
    let wanted = || format!("{name} must be a list such as [\"10.1.0.0/16\", \"hooks.example\", \".corp\"]");
    let values = value.as_array().ok_or_else(wanted)?;
    let mut wrong = Vec::new();
    for value in values {
        match value.get_ref().as_str().map(Entry::parse) {
            Some(Ok(entry)) => into.push(entry),
            Some(Err(error)) => wrong.push(format!("{name}: {error}")),
            None => wrong.push(wanted()),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Loaded, Settings};
    use super::*;

    fn parse(text: &str) -> Loaded {
        Settings::parse(text, Path::new("config.toml"))
    }

    #[test]
    fn all_three_are_taken() {
        let text = "network = \"public\"\nnetwork_allow = [\"10.1.0.0/16\", \".corp\"]\n\
                    network_deny = [\n  \"8.8.8.8\",\n]\n";
        let loaded = parse(text);
        assert_eq!(loaded.notices, [""; 0]);
        let network = &loaded.settings.network;
        let texts = |list: &[Entry]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(network.reach, Reach::Public);
        assert_eq!(texts(&network.allow), ["10.1.0.0/16", ".corp"]);
        assert_eq!(texts(&network.deny), ["8.8.8.8"]);
        assert_eq!(parse("").settings.network.reach, Reach::Operator);
    }

    #[test]
    fn what_is_wrong_is_told_and_opens_nothing() {
        let loaded =
            parse("network = \"pubic\"\nnetwork_deny = [\"10.0.0.0/8\", \"10/8\", 7]\nnetwork_allow = 1\n");
        assert_eq!(loaded.settings.network.reach, Reach::Public);
        assert_eq!(loaded.settings.network.deny.len(), 1);
        let mut told = loaded.notices;
        told.sort();
        assert_eq!(
            told[0],
            "config.toml:1: network must be one of \"operator\", \"public\": taken as \"public\""
        );
        assert!(told[1].starts_with("config.toml:2: network_deny: \"10/8\" is no address"), "{told:?}");
        assert!(told[1].contains("; network_deny must be a list"), "{told:?}");
        assert!(told[2].starts_with("config.toml:3: network_allow must be a list"), "{told:?}");
        assert_eq!(told.len(), 3);
    }
}
