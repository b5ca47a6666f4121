//! `ringback variables`: lists the catalogue and own variables.

mod own;
mod own_samples;
mod row;
mod samples;
mod scope;

use std::process::ExitCode;

use super::error::CommandError;
use super::output::{eprint_line, print, print_json};
use super::passed_over;
use super::session::Session;
use super::table::table;
use super::value_enum::choices;
use crate::callback::plain_text;
use crate::profile::catalogue::{self, NO_EVENT, Variable};
use crate::profile::{Channel, Choice as _, Event};
use crate::storage::{Listing, Opened};
use crate::text::escape_start;
use row::document;

/// How many characters of a sample a table shows.
const SAMPLE_SHOWN: usize = 48;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct VariablesArgs {
    #[command(subcommand)]
    own: Option<own::Verb>,
    /// Only variables of this channel's events; `default` has only your own
    #[arg(long, value_parser = choices::<Channel>(), ignore_case = true)]
    channel: Option<Channel>,
    /// Only variables of this event
    #[arg(long, value_parser = choices::<Event>(), ignore_case = true)]
    event: Option<Event>,
    /// List the named samples of each event instead, for `ringback test --sample`
    #[arg(long)]
    samples: bool,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: &VariablesArgs) -> Result<ExitCode, CommandError> {
    if let Some(verb) = &args.own {
        own::run(session, verb).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let events = events(args.channel, args.event)?;
    if args.samples {
        let own = match store(session, "own samples")? {
            Some(store) => {
                passed_over::report(&store.unreadable(Listing::OwnSamples).await?);
                store.own_samples().await?
            }
            None => Vec::new(),
        };
        samples::list(&events, &own, args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let own = match store(session, "own variables")? {
        Some(store) => {
            passed_over::report(&store.unreadable(Listing::OwnVariables).await?);
            store.own_variables().await?
        }
        None => Vec::new(),
    };
    let found: Vec<(&str, Variable)> = events
        .into_iter()
        .flat_map(|event| {
            let scope = event.map_or(NO_EVENT, |event| event.name());
            catalogue::offered(event, &own).into_iter().map(move |variable| (scope, variable))
        })
        .collect();
    if args.json {
        print_json(&found.iter().map(|(scope, variable)| document(scope, variable)).collect())?;
    } else if found.is_empty() {
        eprint_line("no variables: the default channel has only your own (`ringback variables add`)");
    } else {
        print(&listed(&found))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The database, if there is one: the catalogue is not stored in it. Says so if one is named and missing.
fn store(session: &Session, what: &str) -> Result<Option<Opened>, CommandError> {
    if let Some(why) = session.named_and_missing()? {
        eprint_line(&format!("ringback: note: {what} are not listed: {why}"));
        return Ok(None);
    }
    session.store_if_there()
}

/// The requested events, in channel order. `None` is the default channel, which has no events, and comes last.
fn events(channel: Option<Channel>, event: Option<Event>) -> Result<Vec<Option<Event>>, CommandError> {
    let of = |channel: Channel| match channel.events() {
        [] => vec![None],
        events => events.iter().copied().map(Some).collect(),
    };
    let Some(event) = event else {
        let last = [Channel::Default];
        let all = Channel::ALL.iter().filter(|c| **c != Channel::Default).chain(&last).copied();
        return Ok(channel.map_or_else(|| all.flat_map(of).collect(), of));
    };
    match channel {
        Some(channel) if !channel.events().contains(&event) => {
            let names: Vec<&str> = channel.events().iter().map(|event| event.name()).collect();
            let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let (channel, event) = (channel.name(), event.name());
            Err(CommandError::Input(format!("{channel} has no event {event}; its events: {has}")))
        }
        _ => Ok(vec![Some(event)]),
    }
}

fn listed(found: &[(&str, Variable)]) -> String {
    let rows: Vec<[String; 5]> = found
        .iter()
        .map(|(scope, variable)| {
            let sample = escape_start(&plain_text(&variable.sample), SAMPLE_SHOWN);
            let Variable { name, origin, meaning, .. } = variable;
            [(*scope).to_owned(), name.clone(), origin.name().to_owned(), meaning.clone(), sample]
        })
        .collect();
    table(["EVENT", "NAME", "ORIGIN", "MEANING", "SAMPLE"], &rows)
}
