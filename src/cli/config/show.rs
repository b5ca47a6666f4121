//! `ringback config show`.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::error::CommandError;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::settings::{EffectiveSetting, SettingSource};
use crate::text::escape_controls;

use super::path::Located;

#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Only these, such as `theme` or `api.listen`; or all of `api` or `keys`
    names: Vec<String>,
    /// Show what may have a secret in it, such as the command for alerts, in full
    #[arg(long)]
    secrets: bool,
}

/// In place of what may have a secret in it.
const HIDDEN: &str = "(hidden)";

pub(super) fn run(session: &Session, args: &ShowArgs, json: bool) -> Result<ExitCode, CommandError> {
    let located = Located::of(session)?;
    session.report_settings();
    let loaded = session.loaded();
    let mut all = loaded.effective();
    let is_named = |setting: &EffectiveSetting, name: &str| {
        let is_in_table = |rest: &str| rest.starts_with('.');
        setting.name == name || setting.name.strip_prefix(name).is_some_and(is_in_table)
    };
    let is_known = |name: &&String| *name == "keys" || all.iter().any(|setting| is_named(setting, name));
    if let Some(unknown) = args.names.iter().find(|name| !is_known(name)) {
        let unknown = escape_controls(unknown);
        return Err(CommandError::Input(format!(
            "unknown setting `{unknown}`: `ringback config show` lists all"
        )));
    }
    if !args.names.is_empty() {
        all.retain(|setting| args.names.iter().any(|name| is_named(setting, name)));
    }
    let is_hidden =
        |setting: &EffectiveSetting| setting.is_secret && !setting.value.is_null() && !args.secrets;
    if json {
        let settings = all.iter().map(|setting| {
            let EffectiveSetting { name, value, source, .. } = setting;
            let hidden = is_hidden(setting);
            let line = match source {
                SettingSource::File { line } => Some(line),
                _ => None,
            };
            let value = if hidden { &Value::Null } else { value };
            json!({"name": name, "value": value, "source": source_name(*source), "line": line, "hidden": hidden})
        });
        let mut document = located.document();
        document.insert("ok".to_owned(), json!(loaded.notices.is_empty()));
        document.insert("settings".to_owned(), settings.collect());
        print_json(&Value::Object(document))?;
        return Ok(ExitCode::SUCCESS);
    }
    let file = located.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let rows: Vec<[String; 3]> = all
        .iter()
        .map(|setting| {
            let value = match &setting.value {
                _ if is_hidden(setting) => HIDDEN.to_owned(),
                Value::Null => "-".to_owned(),
                value => value.to_string(),
            };
            [setting.name.clone(), value, from(setting.source, &file)]
        })
        .collect();
    print(&table(["SETTING", "VALUE", "FROM"], &rows))?;
    Ok(ExitCode::SUCCESS)
}

/// A source in a word, for scripts: a contract.
fn source_name(source: SettingSource) -> &'static str {
    match source {
        SettingSource::Default => "default",
        SettingSource::File { .. } => "file",
        SettingSource::Environment(_) => "environment",
        SettingSource::Fault => "fault",
    }
}

fn from(source: SettingSource, file: &str) -> String {
    match source {
        SettingSource::Default => "default".to_owned(),
        SettingSource::File { line } => format!("{file}:{line}"),
        SettingSource::Environment(variable) => variable.to_owned(),
        SettingSource::Fault => "a fault in the file: the safe value".to_owned(),
    }
}
