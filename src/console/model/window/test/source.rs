//! The sources of test values.

use serde_json::{Map, Value};

use crate::callback::Values;
use crate::profile::catalogue::{self, NO_EVENT, Sample};
use crate::profile::{Choice as _, Event};

/// What is stored for tests of a profile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RememberedValues {
    /// The values of the last test of each event.
    pub last: Vec<(Option<Event>, Values)>,
    /// Own named samples, each with its scope.
    pub samples: Vec<(String, Sample)>,
}

/// A set of values, selected by name.
#[derive(Debug)]
pub(in crate::console) enum Source {
    /// A named sample of the catalogue.
    Sample(&'static Sample),
    /// A named sample of a person's own.
    Own(Sample),
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
            Self::Own(sample) => sample.name.clone(),
            Self::Last(_) => "last test".to_owned(),
            Self::Delivery(time, _) => format!("delivery of {time}"),
            Self::File(name, _) => name.clone(),
        }
    }

    /// The values that replace the variables' own samples.
    pub(in crate::console) fn values(&self) -> &Map<String, Value> {
        match self {
            Self::Sample(sample) => &sample.values,
            Self::Own(sample) => &sample.values,
            Self::Last(values) | Self::Delivery(_, values) | Self::File(_, values) => values.members(),
        }
    }
}

/// The sources of an event: the catalogue's samples, own ones, then the last test.
pub(in crate::console) fn of(event: Option<Event>, remembered: &RememberedValues) -> Vec<Source> {
    let samples = event.map_or(&[][..], catalogue::samples);
    samples.iter().map(Source::Sample).chain(own(event, remembered)).chain(last(event, remembered)).collect()
}

/// The own samples of an event.
pub(in crate::console) fn own(
    event: Option<Event>,
    remembered: &RememberedValues,
) -> impl Iterator<Item = Source> {
    let scope = event.map_or(NO_EVENT, |event| event.name());
    let own = remembered.samples.iter().filter(move |(of, _)| of == scope);
    own.map(|(_, sample)| Source::Own(sample.clone()))
}

/// The values of the last test of an event.
pub(in crate::console) fn last(event: Option<Event>, remembered: &RememberedValues) -> Option<Source> {
    remembered.last.iter().find(|(of, _)| *of == event).map(|(_, values)| Source::Last(values.clone()))
}
