//! Test values: from a file, and as own samples.

use std::path::Path;

use crate::callback::{Values, named_sample, named_sample_values};
use crate::console::model::message::Message;
use crate::console::model::window::test::samples::{SampleChange, SampleChanged};
use crate::profile::catalogue::{self, NO_EVENT, Sample};
use crate::profile::{Choice as _, Event};
use crate::storage::{Storage, StoreError};
use crate::{files, threads};

/// Reads the values in a file. The result may come late, or never.
pub(super) async fn read(file: String) -> Message {
    let path = file.clone();
    let values = threads::blocking(move || read_values(&path)).await;
    Message::FileValues(file, values.unwrap_or_else(|error| Err(error.to_string())))
}

/// A JSON object of values; `~` is the home folder.
fn read_values(file: &str) -> Result<Values, String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let path = match file.trim().strip_prefix("~/") {
        Some(rest) => format!("{home}/{rest}"),
        None => file.trim().to_owned(),
    };
    let text = files::read_text(Path::new(&path), Values::LONGEST_FILE);
    let text = text.map_err(|error| format!("{path}: {error}"))?;
    Values::read(&text).map_err(|error| format!("{path}: {error}"))
}

/// Saves or removes an own sample of an event.
///
/// # Errors
/// The store cannot be read or written.
pub(super) async fn change_sample(
    store: &dyn Storage,
    event: Option<Event>,
    change: SampleChange,
) -> Result<Message, StoreError> {
    let scope = event.map_or(NO_EVENT, |event| event.name());
    let own = store.own_samples().await?;
    let (saved, done) = match change {
        SampleChange::Save(sample) => {
            let (sample, done) = match to_save(event, sample, &own) {
                Ok(checked) => checked,
                Err(why) => return Ok(Message::SampleChanged(Err(why))),
            };
            let name = sample.name.clone();
            store.save_sample(scope, sample).await?;
            let done = format!("{done} sample {name}");
            (Some(name), done)
        }
        SampleChange::Remove(name) => {
            store.remove_sample(scope, &name).await?;
            (None, format!("Removed sample {name}"))
        }
    };
    let samples = store.own_samples().await?;
    Ok(Message::SampleChanged(Ok((SampleChanged { event, samples, saved }, done))))
}

/// The sample as it is saved, and whether it is added or changed. Names that differ only in case are the same.
///
/// # Errors
/// Why it cannot be saved.
fn to_save(
    event: Option<Event>,
    sample: Sample,
    own: &[(String, Sample)],
) -> Result<(Sample, &'static str), String> {
    let scope = event.map_or(NO_EVENT, |event| event.name());
    let is_it =
        |(of, other): &&(String, Sample)| of == scope && other.name.eq_ignore_ascii_case(&sample.name);
    let made = match own.iter().find(is_it) {
        Some((_, before)) => named_sample_values(sample.values)
            .map(|values| (Sample { name: before.name.clone(), values }, "Changed")),
        None => named_sample(&sample.name, sample.values, &catalogue::offered_samples(event, own))
            .map(|sample| (sample, "Added")),
    };
    made.map_err(|error| format!("sample: {error}"))
}
