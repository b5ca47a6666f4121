//! `ringback variables`: the catalogue, and what was added to it.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::choices::choices;
use super::error::CommandError;
use super::output::{print, print_json, tell};
use super::session::Session;
use super::table::table;
use crate::callback::plain_text;
use crate::profile::catalogue::{self, Variable};
use crate::profile::{Channel, Choice as _, Event};
use crate::shown::start_shown;

/// The scope of what was added to the default channel, which has no event.
pub(super) const DEFAULT_SCOPE: &str = "default";

/// Most characters of a sample in a table.
const SAMPLE_SHOWN: usize = 48;

#[derive(Debug, clap::Args)]
pub(super) struct VariablesArgs {
    /// Only those of this channel's events; default has only what you added
    #[arg(long, value_parser = choices::<Channel>(), ignore_case = true)]
    channel: Option<Channel>,
    /// Only those of this event
    #[arg(long, value_parser = choices::<Event>(), ignore_case = true)]
    event: Option<Event>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &VariablesArgs) -> Result<ExitCode, CommandError> {
    let own = match session.store_if_there()? {
        Some(store) => store.own_variables().await?,
        None => Vec::new(),
    };
    let found: Vec<(&str, Variable)> = scopes(args.channel, args.event)?
        .into_iter()
        .flat_map(|scope| of_scope(scope, &own).into_iter().map(move |variable| (scope, variable)))
        .collect();
    if args.json {
        print_json(&found.iter().map(|(scope, variable)| document(scope, variable)).collect())?;
    } else if found.is_empty() {
        tell("no variables there: the default channel has those that you add in the console");
    } else {
        print(&listed(&found))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The variables of an event, or of the default channel: the catalogue's, then one's own.
pub(super) fn of_scope(scope: &str, own: &[(String, Variable)]) -> Vec<Variable> {
    let known = Event::from_name(scope).map_or(&[][..], catalogue::variables);
    let added = own.iter().filter(|(of, _)| of == scope).map(|(_, variable)| variable);
    known.iter().chain(added).cloned().collect()
}

fn scopes(channel: Option<Channel>, event: Option<Event>) -> Result<Vec<&'static str>, CommandError> {
    let names = |channel: Channel| match channel.events() {
        [] => vec![DEFAULT_SCOPE],
        events => events.iter().map(|event| event.name()).collect(),
    };
    let Some(event) = event else {
        let last = [Channel::Default];
        let all = Channel::ALL.iter().filter(|c| **c != Channel::Default).chain(&last).copied();
        return Ok(channel.map_or_else(|| all.flat_map(names).collect(), names));
    };
    match channel {
        Some(channel) if !channel.events().contains(&event) => Err(CommandError::Input(format!(
            "{} has no event {}: it has {}",
            channel.name(),
            event.name(),
            if channel.events().is_empty() { "none".to_owned() } else { names(channel).join(", ") },
        ))),
        _ => Ok(vec![event.name()]),
    }
}

fn listed(found: &[(&str, Variable)]) -> String {
    let rows: Vec<[String; 5]> = found
        .iter()
        .map(|(scope, variable)| {
            let sample = start_shown(&plain_text(&variable.sample), SAMPLE_SHOWN);
            let Variable { name, origin, meaning, .. } = variable;
            [(*scope).to_owned(), name.clone(), origin.name().to_owned(), meaning.clone(), sample]
        })
        .collect();
    table(["EVENT", "NAME", "ORIGIN", "MEANING", "SAMPLE"], &rows)
}

fn document(scope: &str, variable: &Variable) -> Value {
    let Variable { name, origin, meaning, sample } = variable;
    json!({"event": scope, "name": name, "origin": origin.name(), "meaning": meaning, "sample": sample})
}
