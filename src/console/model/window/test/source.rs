//! The sources of test values.

use serde_json::{Map, Value};

use crate::callback::Values;
use crate::profile::catalogue::Sample;
use crate::profile::{Event, catalogue};

/// A set of values, selected by name.
#[derive(Debug)]
pub(in crate::console) enum Source {
    /// A named sample of the catalogue.
    Sample(&'static Sample),
    /// The last test of this profile and event.
    Last(Values),
    /// An earlier delivery, by its time.
    Delivery(String, Values),
    /// A file, by its name.
    File(String, Values),
}

impl Source {
    /// The name on the screen.
    pub(in crate::console) fn name(&self) -> String {
        match self {
            Self::Sample(sample) => sample.name.clone(),
            Self::Last(_) => "last test".to_owned(),
            Self::Delivery(time, _) => format!("delivery of {time}"),
            Self::File(name, _) => name.clone(),
        }
    }

    /// The values that replace the variables' own samples.
    pub(in crate::console) fn values(&self) -> &Map<String, Value> {
        match self {
            Self::Sample(sample) => &sample.values,
            Self::Last(values) | Self::Delivery(_, values) | Self::File(_, values) => values.members(),
        }
    }
}

/// The sources of an event: the catalogue's samples, then the last test.
pub(in crate::console) fn of(event: Option<Event>, remembered: &[(Option<Event>, Values)]) -> Vec<Source> {
    let samples = event.map_or(&[][..], catalogue::samples);
    samples.iter().map(Source::Sample).chain(last(event, remembered)).collect()
}

/// The values of the last test of an event.
pub(in crate::console) fn last(
    event: Option<Event>,
    remembered: &[(Option<Event>, Values)],
) -> Option<Source> {
    remembered.iter().find(|(of, _)| *of == event).map(|(_, values)| Source::Last(values.clone()))
}
