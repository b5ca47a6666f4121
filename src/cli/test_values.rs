//! The event of a test, and its values.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::error::CommandError;
use super::json_input::JsonInput;
use super::set_value::set_value;
use super::unused_values;
use super::value_enum::choices;
use crate::callback::{Origins, ValueOrigin, Values, origins_of};
use crate::intake::test_values::{sample_values, tested_event};
use crate::profile::{Event, Profile, catalogue};
use crate::record::{DeliveryId, Details};
use crate::storage::Storage;

/// Options that set the values of a test. A later one has precedence.
#[derive(Debug, clap::Args)]
pub struct ValueArgs {
    /// Event [default: that of --from, else the profile's first]
    #[arg(long, value_parser = choices::<Event>(), ignore_case = true)]
    event: Option<Event>,
    /// Use this named sample of the event, such as `failed`; listed by `ringback variables --samples`
    #[arg(long, value_name = "NAME")]
    sample: Option<String>,
    /// Use the values of an earlier delivery; overrides --sample
    #[arg(long, value_name = "DELIVERY_ID", value_parser = delivery_id)]
    from: Option<DeliveryId>,
    /// Read values from a JSON object, `-` for standard input; overrides --from
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// Set a variable to a string, or with := to JSON; overrides all others
    #[arg(long, value_name = "NAME=TEXT|NAME:=JSON", value_parser = set_value)]
    set: Vec<(String, Value)>,
}

/// The values of a test.
#[derive(Debug)]
pub struct TestValues {
    /// None with Default.
    pub event: Option<Event>,
    /// The values of the event's variables, and of others that were given.
    pub values: Values,
    /// The origin of each value.
    pub origins: Origins,
}

impl ValueArgs {
    /// The event and its values. Warns about values that are not used.
    ///
    /// # Errors
    /// The profile does not have this event, or there is no such sample, delivery or file.
    pub async fn choose(&self, store: &dyn Storage, profile: &Profile) -> Result<TestValues, CommandError> {
        let from = match self.from {
            Some(id) => Some(delivery(store, id).await?),
            None => None,
        };
        let earlier = from.as_ref().and_then(|details| details.summary.event);
        let event = tested_event(profile, self.event, earlier).map_err(CommandError::Input)?;
        let own = store.own_variables().await?;
        let mut values = Values::samples(event, &own);
        let known = catalogue::offered(event, &own);
        let mut origins = origins_of(&known);
        let mut take = |members: &Map<String, Value>, origin| {
            values = std::mem::take(&mut values).with(members);
            origins.extend(members.keys().map(|name| (name.clone(), origin)));
        };
        if let Some(name) = &self.sample {
            let own = store.own_samples().await?;
            let sample = sample_values(profile, event, name, &own).map_err(CommandError::Input)?;
            let is_own = own.iter().any(|(_, one)| std::ptr::eq(&raw const one.values, sample));
            take(sample, if is_own { ValueOrigin::Own } else { ValueOrigin::Catalogue });
        }
        if let Some(details) = &from {
            take(details.values.members(), ValueOrigin::Delivery);
        }
        if let Some(file) = &self.values {
            let members = members(file)?;
            unused_values::warn_about_file(profile, file, &members, &known);
            take(&members, ValueOrigin::File);
        }
        for (name, value) in &self.set {
            unused_values::warn_about_setting(profile, name);
            values.set(name.as_str(), value.clone());
            origins.insert(name.clone(), ValueOrigin::Hand);
        }
        Ok(TestValues { event, values, origins })
    }
}

async fn delivery(store: &dyn Storage, id: DeliveryId) -> Result<Details, CommandError> {
    let none = || CommandError::Input(format!("no delivery {id}; `ringback deliveries list` lists all"));
    store.delivery(id).await?.ok_or_else(none)
}

fn delivery_id(text: &str) -> Result<DeliveryId, String> {
    DeliveryId::parse(text).ok_or_else(|| "must be a full delivery ID (a UUID)".to_owned())
}

/// The JSON object in a file, or from standard input.
pub fn members(file: &Path) -> Result<Map<String, Value>, CommandError> {
    let input = JsonInput(file);
    let refused = |why: &str| CommandError::Input(format!("{input}: nothing was sent: {why}"));
    match input.read(Values::LONGEST_FILE).map_err(|why| refused(&why))? {
        Value::Object(members) => Ok(members),
        _ => Err(refused("must be an object of variables and values")),
    }
}
