//! `ringback variables samples add`, `set` and `remove`: own named samples.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::samples::document;
use super::scope::{Scope, scope};
use crate::callback::{NamedSampleError, Values, named_sample, named_sample_values};
use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::cli::set_value::set_value;
use crate::profile::catalogue::{self, Sample};
use crate::text::escape_controls;

#[derive(Debug, clap::Subcommand)]
pub(super) enum SampleVerb {
    /// Add a sample of your own to an event
    Add {
        #[command(flatten)]
        given: GivenArgs,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Change the values of a sample of your own: those that are given, or with --values all
    Set {
        #[command(flatten)]
        given: GivenArgs,
        /// Remove the value of a variable, which then has its usual one
        #[arg(long, value_name = "VARIABLE")]
        unset: Vec<String>,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Remove a sample of your own from an event
    Remove {
        #[command(flatten)]
        which: SampleArgs,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct SampleArgs {
    /// Event, or `default` for profiles without events
    #[arg(value_name = "EVENT", value_parser = scope)]
    event: Scope,
    /// Name of the sample, such as `refunded`
    name: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct GivenArgs {
    #[command(flatten)]
    which: SampleArgs,
    /// Read values from a JSON object, `-` for standard input
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// Set a variable to a string, or with := to JSON; overrides --values
    #[arg(long, value_name = "NAME=TEXT|NAME:=JSON", value_parser = set_value)]
    set: Vec<(String, Value)>,
}

impl GivenArgs {
    /// The values in place of these.
    fn over(&self, before: Map<String, Value>) -> Result<Map<String, Value>, CommandError> {
        let mut values = match &self.values {
            Some(file) => members(file)?,
            None => before,
        };
        values.extend(self.set.iter().cloned());
        Ok(values)
    }
}

pub(super) async fn run(session: &Session, verb: &SampleVerb) -> Result<(), CommandError> {
    match verb {
        SampleVerb::Add { given, json } => add(session, given, *json).await,
        SampleVerb::Set { given, unset, json } => set(session, given, unset, *json).await,
        SampleVerb::Remove { which, json } => remove(session, which, *json).await,
    }
}

async fn add(session: &Session, given: &GivenArgs, json: bool) -> Result<(), CommandError> {
    let which = &given.which;
    let values = given.over(Map::new())?;
    let made = |taken: &[&Sample]| {
        named_sample(&which.name, values.clone(), taken).map_err(|error| which.invalid(&error))
    };
    // Invalid input creates no database.
    made(&catalogue::offered_samples(which.event.0, &[]))?;
    let store = session.store()?;
    let sample = made(&catalogue::offered_samples(which.event.0, &store.own_samples().await?))?;
    store.save_sample(which.event.name(), sample.clone()).await?;
    which.reported(&sample, "added", json)
}

async fn set(session: &Session, given: &GivenArgs, unset: &[String], json: bool) -> Result<(), CommandError> {
    let which = &given.which;
    if given.values.is_none() && given.set.is_empty() && unset.is_empty() {
        return Err(which.refused("nothing to change: give --values, --set or --unset"));
    }
    let store = session.existing_store()?;
    let Sample { name, values } = which.own(&store.own_samples().await?)?;
    let mut values = given.over(values)?;
    for variable in unset {
        if values.shift_remove(variable).is_none() {
            return Err(which.refused(&format!("it has no value for '{}'", escape_controls(variable))));
        }
    }
    let values = named_sample_values(values).map_err(|error| which.invalid(&error))?;
    let sample = Sample { name, values };
    store.save_sample(which.event.name(), sample.clone()).await?;
    which.reported(&sample, "changed", json)
}

async fn remove(session: &Session, which: &SampleArgs, json: bool) -> Result<(), CommandError> {
    let store = session.existing_store()?;
    let sample = which.own(&store.own_samples().await?)?;
    store.remove_sample(which.event.name(), &sample.name).await?;
    which.reported(&sample, "removed", json)
}

impl SampleArgs {
    /// The named own sample of the event, ignoring case as `--sample` does.
    fn own(&self, all: &[(String, Sample)]) -> Result<Sample, CommandError> {
        let is_it = |sample: &Sample| sample.name.eq_ignore_ascii_case(self.name.trim());
        let own = all.iter().find(|(scope, sample)| scope == self.event.name() && is_it(sample));
        if let Some((_, sample)) = own {
            return Ok(sample.clone());
        }
        let is_predefined = catalogue::offered_samples(self.event.0, &[]).into_iter().any(is_it);
        Err(self.refused(if is_predefined {
            "it is predefined: only your own samples can be changed"
        } else {
            "no such sample: `ringback variables --samples` lists all"
        }))
    }

    fn invalid(&self, error: &NamedSampleError) -> CommandError {
        self.refused(&error.to_string())
    }

    fn refused(&self, why: &str) -> CommandError {
        let (name, event) = (escape_controls(&self.name), self.event.name());
        CommandError::Input(format!("sample '{name}' of {event}: {why}"))
    }

    fn reported(&self, sample: &Sample, done: &str, json: bool) -> Result<(), CommandError> {
        let event = self.event.name();
        if json {
            let mut all = document(event, sample, true);
            all["done"] = json!(done);
            return print_json(&all);
        }
        print(&format!("{event}  {}  {done}\n", sample.name))
    }
}

/// The JSON object in a file, or from standard input.
fn members(file: &Path) -> Result<Map<String, Value>, CommandError> {
    let input = JsonInput(file);
    let refused = |why: &str| CommandError::Input(format!("{input}: {why}"));
    match input.read(Values::LONGEST_FILE).map_err(|why| refused(&why))? {
        Value::Object(members) => Ok(members),
        _ => Err(refused("must be an object of variables and values")),
    }
}
