//! The settings as they apply, each with where it comes from.

use serde_json::{Value, json};

use super::notice::SettingsPlace;
use super::source::SettingSource;
use super::{AccountId, AccountUrl, Loaded, Settings, api, names, remote};
use crate::profile::Choice;

/// A setting as it applies.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectiveSetting {
    /// Its name, such as `theme`, `api.listen` or `keys.list-top`.
    pub name: String,
    /// Its value; null if there is none.
    pub value: Value,
    /// Where it comes from.
    pub source: SettingSource,
    /// Whether it may have a secret in it.
    pub is_secret: bool,
}

impl Loaded {
    /// All settings but those of keys that have their defaults.
    #[must_use]
    pub fn effective(&self) -> Vec<EffectiveSetting> {
        let source = |name: &str| self.sources.get(name).copied().unwrap_or_default();
        let setting = |name: &str| EffectiveSetting {
            value: self.settings.value(name),
            source: source(name),
            is_secret: ["on_alert", "remote.key_command"].contains(&name),
            name: name.to_owned(),
        };
        let tables = ["api", "remote", "keys"];
        let mut all: Vec<EffectiveSetting> =
            names::NAMES.into_iter().filter(|name| !tables.contains(name)).map(setting).collect();
        all.extend(api::NAMES.into_iter().map(|name| setting(&format!("api.{name}"))));
        all.extend(remote::NAMES.into_iter().map(|name| setting(&format!("remote.{name}"))));
        // One that is invalid, or has a key of another action, does not apply.
        let is_invalid = |place: &SettingsPlace| self.notices.iter().any(|notice| notice.place == *place);
        all.extend(self.settings.keys.iter().filter(|binding| !is_invalid(&binding.place)).map(|binding| {
            let name = format!("keys.{}", binding.action);
            EffectiveSetting { value: json!(binding.keys), source: source(&name), is_secret: false, name }
        }));
        all
    }
}

fn name<C: Choice>(choice: C) -> Value {
    json!(choice.name())
}

impl Settings {
    /// The value of a setting by its name; null if it has none.
    fn value(&self, setting: &str) -> Value {
        let network = self.addresses.for_checks();
        let list = |entries: &[crate::profile::network::NetworkEntry]| {
            entries.iter().map(ToString::to_string).collect::<Value>()
        };
        match setting {
            "region" => name(self.region),
            "allow_insecure_http" => json!(self.allow_insecure_http),
            "extended_retries" => json!(self.extended_retries),
            "network" => name(network.reach),
            "network_allow" => list(&network.allow),
            "network_deny" => list(&network.deny),
            "theme" => name(self.theme),
            "borders" => self.borders.map_or(Value::Null, name),
            "time" => name(self.time),
            "mouse" => json!(self.mouse),
            "keep_days" => json!(self.keep_days),
            "keep_deliveries" => json!(self.keep_deliveries),
            "auto_disable_after" => json!(self.auto_disable_after),
            "failing_after" => json!(self.failing_after),
            "failing_rate" => json!(self.failing_rate),
            "failing_minutes" => json!(self.failing_minutes),
            "failing_min_events" => json!(self.failing_min_events),
            "on_alert" => json!(self.on_alert),
            "alert_profile" => json!(self.alert_profile),
            "api.listen" => json!(self.api.listen),
            "api.tls_cert" => json!(self.api.tls_cert),
            "api.tls_key" => json!(self.api.tls_key),
            "api.access_log" => json!(self.api.access_log),
            "api.queue_limit" => json!(self.api.queue_limit),
            "api.connections" => json!(self.api.connections),
            "api.requests_per_key" => json!(self.api.requests_per_key),
            "api.streams" => json!(self.api.streams),
            "api.streams_per_key" => json!(self.api.streams_per_key),
            "remote.url" => json!(self.remote.url.as_ref().map(AccountUrl::as_str)),
            "remote.account" => json!(self.remote.account.as_ref().map(AccountId::as_str)),
            "remote.key_command" => json!(self.remote.key_command),
            "remote.key_file" => json!(self.remote.key_file),
            "remote.ca_file" => json!(self.remote.ca_file),
            "remote.timeout_s" => json!(self.remote.timeout.as_secs()),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn found(text: &str, name: &str) -> (Value, SettingSource) {
        let all = Settings::parse(text, Path::new("config.toml")).effective();
        let one = all.into_iter().find(|setting| setting.name == name);
        one.map(|setting| (setting.value, setting.source)).unwrap()
    }

    /// The manual's example sets every setting.
    #[test]
    fn every_setting_has_its_value_and_its_line() {
        let manual = include_str!("../../docs/settings.md");
        let example = manual.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let example = example.replace("# on_alert", "on_alert").replace("# alert_profile", "alert_profile");
        let example = example.replace("# tls_", "tls_").replace("# access_log", "access_log");
        // One source of the key is enough.
        let example = ["url", "account", "key_command", "ca_file"]
            .iter()
            .fold(example, |example, name| example.replace(&format!("# {name} "), &format!("{name} ")));
        let all = Settings::parse(&example, Path::new("config.toml")).effective();
        assert!(all.len() > 28 + 3, "{all:?}");
        for setting in all.into_iter().filter(|setting| setting.name != "remote.key_file") {
            let SettingSource::File { line } = setting.source else { panic!("{setting:?}") };
            let name = setting.name.rsplit('.').next().unwrap();
            let text = example.lines().nth(line - 1).unwrap();
            assert!(text.starts_with(&format!("{name} ")), "{setting:?}: {text}");
            assert!(!setting.value.is_null(), "{setting:?}");
        }
    }

    #[test]
    fn what_is_wrong_has_the_safe_value() {
        use SettingSource::{Default, Fault, File};
        let text = "theme = \"dark\"\nkeep_days = \"x\"\n[api]\nstreams = 0\nconnections = 9\n";
        assert_eq!(found(text, "theme"), (json!("dark"), File { line: 1 }));
        assert_eq!(found(text, "keep_days"), (json!(0), Fault));
        assert_eq!(found(text, "keep_deliveries"), (json!(0), Fault));
        assert_eq!(found(text, "api.streams"), (json!(64), Default));
        assert_eq!(found(text, "api.connections"), (json!(9), File { line: 5 }));
        assert_eq!(found(text, "network"), (json!("operator"), Default));
        assert_eq!(found("netwrk = \"public\"", "network"), (json!("public"), Fault));
        assert_eq!(found("no toml", "network"), (json!("public"), Fault));
        assert_eq!(found("", "borders"), (Value::Null, Default));
    }
}
