//! `ringback variables add`, `set` and `remove`: own variables.

use serde_json::json;

use super::own_samples::{self, SampleVerb};
use super::row::document;
use super::scope::{Scope, scope};
use crate::callback::{own_meaning, own_sample, own_variable};
use crate::cli::error::CommandError;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::profile::catalogue::{self, Variable, VariableOrigin};
use crate::text::escape_controls;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// Add a variable of your own to an event
    Add(OwnArgs),
    /// Change the meaning or sample of a variable of your own
    Set(OwnArgs),
    /// Remove a variable of your own from an event; profiles that use it are not changed
    Remove {
        #[command(flatten)]
        which: WhichArgs,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Add, change and remove named samples of your own, for `ringback test --sample`
    #[command(subcommand)]
    Samples(SampleVerb),
}

#[derive(Debug, clap::Args)]
pub(super) struct WhichArgs {
    /// Event, or `default` for profiles without events
    #[arg(value_name = "EVENT", value_parser = scope)]
    event: Scope,
    /// Name, as written between < and > in a profile
    name: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct OwnArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// A short description
    #[arg(long)]
    meaning: Option<String>,
    /// Value in tests: text, or JSON if it begins with { or [
    #[arg(long, allow_hyphen_values = true)]
    sample: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, verb: &Verb) -> Result<(), CommandError> {
    match verb {
        Verb::Add(args) => add(session, args).await,
        Verb::Set(args) => set(session, args).await,
        Verb::Remove { which, json } => remove(session, which, *json).await,
        Verb::Samples(verb) => own_samples::run(session, verb).await,
    }
}

async fn add(session: &Session, args: &OwnArgs) -> Result<(), CommandError> {
    let OwnArgs { which: WhichArgs { event, name }, meaning, sample, json } = args;
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let made = |taken: &[Variable]| {
        own_variable(name, &text(meaning), &text(sample), taken)
            .map_err(|error| refused(*event, name, &error.to_string()))
    };
    // Invalid input creates no database.
    made(&[])?;
    let store = session.store()?;
    let variable = made(&catalogue::offered(event.0, &store.own_variables().await?))?;
    store.add_variable(event.name(), variable.clone()).await?;
    reported(*event, &variable, "added", *json)
}

async fn set(session: &Session, args: &OwnArgs) -> Result<(), CommandError> {
    let OwnArgs { which: WhichArgs { event, name }, meaning, sample, json } = args;
    if meaning.is_none() && sample.is_none() {
        return Err(refused(*event, name, "nothing to change: give --meaning or --sample"));
    }
    let store = session.existing_store()?;
    let mut variable = own(*event, name, &store.own_variables().await?)?;
    if let Some(meaning) = meaning {
        variable.meaning = own_meaning(meaning).map_err(|error| refused(*event, name, &error.to_string()))?;
    }
    if let Some(sample) = sample {
        variable.sample = own_sample(sample).map_err(|error| refused(*event, name, &error.to_string()))?;
    }
    if !store.change_variable(event.name(), name, variable.clone()).await? {
        return Err(refused(*event, name, "it was removed just now"));
    }
    reported(*event, &variable, "changed", *json)
}

async fn remove(session: &Session, which: &WhichArgs, json: bool) -> Result<(), CommandError> {
    let WhichArgs { event, name } = which;
    let store = session.existing_store()?;
    let variable = own(*event, name, &store.own_variables().await?)?;
    store.remove_variable(event.name(), name).await?;
    reported(*event, &variable, "removed", json)
}

/// The named own variable of an event.
fn own(event: Scope, name: &str, all: &[(String, Variable)]) -> Result<Variable, CommandError> {
    let offered = catalogue::offered(event.0, all);
    match offered.into_iter().find(|variable| variable.name == name) {
        Some(variable) if variable.origin == VariableOrigin::Own => Ok(variable),
        Some(_) => Err(refused(event, name, "it is predefined: only your own variables can be changed")),
        None => Err(refused(event, name, "no such variable: `ringback variables` lists all")),
    }
}

fn refused(event: Scope, name: &str, why: &str) -> CommandError {
    CommandError::Input(format!("variable '{}' of {}: {why}", escape_controls(name), event.name()))
}

fn reported(event: Scope, variable: &Variable, done: &str, json: bool) -> Result<(), CommandError> {
    if json {
        let mut all = document(event.name(), variable);
        all["done"] = json!(done);
        return print_json(&all);
    }
    print(&format!("{}  {}  {done}\n", event.name(), variable.name))
}
