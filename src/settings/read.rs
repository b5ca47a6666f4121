//! Reads the text of a settings file, line by line of its tables.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::names::{NAMES, holding, in_table};
use super::notice::{SettingsNotice, SettingsPlace};
use super::source::SettingSource;
use super::spelling::nearest;
use super::value::{choice, flag, number, number_in, some_text};
use super::{Loaded, Settings, api, keys, look, network, remote, syntax};

/// The most minutes over which failures are counted (our decision): each is stored with its queue.
const MOST_MINUTES: u32 = 60;

/// The errors in a file, each with its offset.
type Faults = Vec<(usize, String)>;

/// The settings if nothing could be read.
pub(super) fn unread(file: &Path, why: &dyn Display) -> Loaded {
    closed(SettingsPlace { file: file.display().to_string(), line: None }, why)
}

/// Forbids every address, and keeps every delivery, that the file may have forbidden or kept.
fn closed(place: SettingsPlace, why: &dyn Display) -> Loaded {
    let mut settings = Settings::default();
    settings.addresses.close(&place);
    keep_all(&mut settings);
    let message = format!("{why}: no setting is read; {} and the log keeps everything", network::CLOSED);
    let sources = ["network", "keep_days", "keep_deliveries"];
    let sources = sources.map(|name| (name.to_owned(), SettingSource::Fault));
    Loaded { settings, notices: vec![SettingsNotice { place, message }], sources: BTreeMap::from(sources) }
}

fn keep_all(settings: &mut Settings) {
    (settings.keep_days, settings.keep_deliveries) = (0, 0);
}

pub(super) fn parse(text: &str, file: &Path) -> Loaded {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let place = |at: usize| SettingsPlace::on_line(file.display().to_string(), line(at));
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let (at, why) = syntax::mistake(text, &error);
            return closed(place(at), &why);
        }
    };
    let mut settings = Settings::default();
    let mut faults = Faults::new();
    let mut sources = BTreeMap::new();
    let mut keeps_all = false;
    for (name, value) in table.get_ref() {
        let (name, at) = (name.get_ref().as_ref(), name.span().start);
        let meant = if NAMES.contains(&name) { Some(name) } else { nearest(name, &NAMES) };
        let outcome = match (name, meant) {
            ("keys", _) => {
                settings.keys = keys::read(value, place, |at, what| faults.push((at, what)));
                let entries = value.get_ref().as_table().into_iter().flatten().map(|(name, _)| name);
                sources.extend(entries.map(|name| {
                    let at = SettingSource::File { line: line(name.span().start) };
                    (format!("keys.{}", name.get_ref()), at)
                }));
                Ok(())
            }
            ("api" | "remote", _) => {
                let report = |at, what| faults.push((at, what));
                if name == "api" {
                    settings.api = api::read(value, report);
                } else {
                    settings.remote = remote::read(value, is_plain_allowed(table.get_ref()), report);
                    settings.remote.resolve_files(file);
                }
                let places: Vec<usize> = faults.iter().map(|(at, _)| *at).collect();
                let entries = value.get_ref().as_table().into_iter().flatten().map(|(name, _)| name);
                for entry in entries.filter(|entry| !places.contains(&entry.span().start)) {
                    let at = SettingSource::File { line: line(entry.span().start) };
                    sources.insert(format!("{name}.{}", entry.get_ref()), at);
                }
                Ok(())
            }
            (_, Some(meant)) if meant == name => {
                let set = settings.set(name, value.get_ref());
                if set.is_ok() {
                    sources.insert(name.to_owned(), SettingSource::File { line: line(at) });
                }
                set
            }
            _ => Err(unknown(name, meant, value.get_ref())),
        };
        if let Err(what) = outcome {
            let mut consequences = Vec::new();
            if may_close_network(name, meant, value) {
                settings.addresses.close(&place(at));
                consequences.push(network::CLOSED);
            }
            if let Some("keep_days" | "keep_deliveries") = meant {
                keeps_all = true;
                consequences.push("the log keeps everything until this is fixed");
            }
            // Apart from the list of names that a message may end with.
            let consequences = consequences.iter().map(|consequence| format!(" · {consequence}"));
            faults.push((at, what + &consequences.collect::<String>()));
        }
        if !name.starts_with("network") {
            misplaced(name, value.get_ref(), &mut |inner, within, at| {
                settings.addresses.close(&place(at));
                let what = in_table(inner, within);
                faults.push((at, format!("{what} · {}", network::CLOSED)));
            });
        }
    }
    if keeps_all {
        // After everything else: the other one of the two settings may be valid.
        keep_all(&mut settings);
        sources.extend(["keep_days", "keep_deliveries"].map(|name| (name.to_owned(), SettingSource::Fault)));
    }
    if settings.addresses.closed().is_some() {
        sources.insert("network".to_owned(), SettingSource::Fault);
    }
    faults.sort();
    let notice = |(at, message)| SettingsNotice { place: place(at), message };
    let notices = faults.into_iter().map(notice).collect();
    Loaded { settings, notices, sources }
}

/// Whether a faulty setting may have been intended to restrict the network: a network setting, a name that resembles
/// no setting, or one with a value that is invalid for the setting it resembles.
fn may_close_network(name: &str, meant: Option<&str>, value: &Spanned<DeValue>) -> bool {
    match meant {
        None | Some("network" | "network_allow" | "network_deny") => true,
        Some(meant) if meant == name => false,
        Some("api") => {
            let mut is_valid = true;
            api::read(value, |_, _| is_valid = false);
            !is_valid
        }
        Some("remote") => {
            let mut is_valid = true;
            remote::read(value, true, |_, _| is_valid = false);
            !is_valid
        }
        Some("keys") => {
            let mut is_valid = true;
            keys::read(value, |_| SettingsPlace::default(), |_, _| is_valid = false);
            !is_valid
        }
        Some(meant) => Settings::default().set(meant, value.get_ref()).is_err(),
    }
}

/// Whether the file allows plain http, wherever it does.
fn is_plain_allowed(table: &DeTable) -> bool {
    let found = table.iter().find(|(name, _)| name.get_ref() == "allow_insecure_http");
    found.and_then(|(_, value)| value.get_ref().as_bool()).unwrap_or_default()
}

fn unknown(name: &str, meant: Option<&str>, value: &DeValue) -> String {
    match (meant, holding(value)) {
        (Some(meant), _) => format!("unknown setting `{name}` (did you mean `{meant}`?)"),
        (None, Some(inner)) => format!("unknown table [{name}]: {}", in_table(inner, name)),
        (None, None) => format!("unknown setting `{name}`; known settings: {}", NAMES.join(", ")),
    }
}

/// Finds network settings inside a table, where they have no effect: `report` gets the name, the name of the table, and
/// the offset.
fn misplaced(within: &str, value: &DeValue, report: &mut impl FnMut(&str, &str, usize)) {
    if let Some(table) = value.as_table() {
        for (name, value) in table {
            let (name, at) = (name.get_ref().as_ref(), name.span().start);
            if nearest(name, &NAMES).is_some_and(|meant| meant.starts_with("network")) {
                report(name, within, at);
            }
            misplaced(&format!("{within}.{name}"), value.get_ref(), report);
        }
    }
    for item in value.as_array().into_iter().flatten() {
        misplaced(within, item.get_ref(), report);
    }
}

impl Settings {
    fn set(&mut self, name: &str, value: &DeValue) -> Result<(), String> {
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
            "failing_after" => self.failing_after = number(name, value)?,
            "failing_rate" => self.failing_rate = number_in(name, value, 0, 100)?,
            "failing_minutes" => self.failing_minutes = number_in(name, value, 1, MOST_MINUTES)?,
            "failing_min_events" => self.failing_min_events = number_in(name, value, 1, u32::MAX)?,
            "on_alert" => self.on_alert = Some(some_text(name, value)?),
            "alert_profile" => self.alert_profile = Some(some_text(name, value)?),
            "mouse" => self.mouse = flag(name, value)?,
            _ => self.addresses.set(name, value)?,
        }
        Ok(())
    }
}
