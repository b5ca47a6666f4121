//! `ringback alerts test`.

use std::process::ExitCode;

use serde_json::json;

use crate::alerting::{AlertTargets, sample};
use crate::cli::error::{CommandError, FAILED};
use crate::cli::output::{eprint_line, print, print_json};
use crate::cli::session::Session;

pub(super) async fn run(session: &Session, json: bool) -> Result<ExitCode, CommandError> {
    let Some(targets) = AlertTargets::of(session.settings()) else {
        let why = "no alerts are given: set on_alert or alert_profile in the settings file";
        return Err(CommandError::Input(why.to_owned()));
    };
    let store = session.existing_store()?;
    let alert = sample();
    let given = targets.give(&*store, &alert).await?;
    let word = |is_done: bool| if is_done { "done" } else { "failed" };
    let profile = given.to_profile.as_ref().map(|done| word(done.is_ok()));
    let command = given.to_command.as_ref().map(|done| word(done.is_ok()));
    let failure = given.failure();
    if json {
        print_json(&json!({
            "alert_id": alert.id.to_string(),
            "alert_profile": profile,
            "on_alert": command,
            "error": failure,
        }))?;
    } else {
        let lines = [
            ("alert_profile", profile.map(|word| (word, ": the event is queued"))),
            ("on_alert", command.map(|word| (word, ""))),
        ];
        let text = |(name, done): &(&str, Option<(&str, &str)>)| {
            let (word, more) = (*done)?;
            Some(format!("{name}  {word}{}\n", if word == "done" { more } else { "" }))
        };
        print(&lines.iter().filter_map(text).collect::<String>())?;
    }
    if let Some(why) = &failure {
        if !json {
            eprint_line(&format!("ringback: {why}"));
        }
        return Ok(FAILED.into());
    }
    Ok(ExitCode::SUCCESS)
}
