//! `ringback config check`.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::remote::key_file_fault;
use crate::settings::{SettingSource, SettingsNotice, SettingsPlace};

use super::path::{Located, shown};

pub(super) fn run(session: &Session, json: bool) -> Result<ExitCode, CommandError> {
    let located = Located::of(session)?;
    let loaded = session.loaded();
    let mut notices = loaded.notices.clone();
    if let Some(fault) = key_file_fault(&loaded.settings.remote) {
        let line = match loaded.sources.get("remote.key_file") {
            Some(SettingSource::File { line }) => Some(*line),
            _ => None,
        };
        let place = SettingsPlace { file: located.path.display().to_string(), line };
        notices.push(SettingsNotice { place, message: fault.to_string() });
    }
    if json {
        let faults: Vec<Value> = notices
            .iter()
            .map(|SettingsNotice { place, message }| json!({"line": place.line, "message": message}))
            .collect();
        let mut document = located.document();
        document.insert("ok".to_owned(), json!(notices.is_empty()));
        document.insert("faults".to_owned(), Value::Array(faults));
        print_json(&Value::Object(document))?;
    } else {
        let file = shown(&located.path);
        let found: String = notices.iter().map(|notice| notice.to_string() + "\n").collect();
        let end = match notices.len() {
            0 if located.is_there() => format!("{file}: no faults\n"),
            0 => format!("{file} does not exist: defaults apply\n"),
            1 => "\n1 fault found.\n".to_owned(),
            n => format!("\n{n} faults found.\n"),
        };
        print(&(found + &end))?;
    }
    Ok(if notices.is_empty() { ExitCode::SUCCESS } else { FAILED.into() })
}
