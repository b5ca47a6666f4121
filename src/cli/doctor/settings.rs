//! Checks the settings file, and lists the settings.

use std::process::Command;

use crate::cli::session::Session;
use crate::settings::Settings;

use super::finding::Finding;

const TOPIC: &str = "settings";
const ALERTS: &str = "alerts";

pub fn check(session: &Session) -> Vec<Finding> {
    let loaded = session.loaded();
    let Some(file) = session.settings_file() else {
        return vec![Finding::note(TOPIC, "there is no home folder to look in", "name a file with --config")];
    };
    let shown = file.display();
    if !loaded.notices.is_empty() {
        let fix = format!("fix {shown}");
        return loaded.sentences().map(|notice| Finding::problem(TOPIC, notice, &fix)).collect();
    }
    let mut all = vec![alerts(&loaded.settings)];
    let key = loaded.settings.remote.key_command.as_ref();
    all.extend(key.and_then(|command| parsed(TOPIC, "key_command", command).err()).map(|problem| *problem));
    let found =
        if file.exists() { format!("{shown}") } else { format!("{shown} does not exist: defaults apply") };
    all.insert(0, Finding::ok(TOPIC, found));
    all
}

/// Has a command parsed by the shell, and not run.
///
/// # Errors
/// A problem: it cannot be parsed.
fn parsed(topic: &'static str, setting: &str, command: &str) -> Result<(), Box<Finding>> {
    match Command::new("/bin/sh").args(["-n", "-c", command]).output() {
        Ok(parsed) if parsed.status.success() => Ok(()),
        Ok(parsed) => {
            let why = String::from_utf8_lossy(&parsed.stderr).trim().to_owned();
            Err(Box::new(Finding::problem(topic, format!("{setting}: {why}"), "correct the command")))
        }
        Err(error) => {
            let why = format!("{setting}: /bin/sh cannot be run: {error}");
            Err(Box::new(Finding::problem(topic, why, format!("install a shell, or remove {setting}"))))
        }
    }
}

/// Where alerts are given to.
fn alerts(settings: &Settings) -> Finding {
    let mut to = Vec::new();
    if let Some(command) = &settings.on_alert {
        match parsed(ALERTS, "on_alert", command) {
            Ok(()) => to.push("a command (on_alert)".to_owned()),
            Err(problem) => return *problem,
        }
    }
    to.extend(settings.alert_profile.iter().map(|name| format!("the profile '{name}' (alert_profile)")));
    if to.is_empty() {
        return Finding::ok(ALERTS, "none are given: on_alert and alert_profile are not set");
    }
    Finding::note(ALERTS, format!("given to {}", to.join(" and ")), "try it: ringback alerts test")
}
