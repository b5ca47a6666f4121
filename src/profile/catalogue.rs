//! The variables that the platform offers for each event.
//!
//! The data is in `catalogue.json`, each variable with its origin.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::channel::Event;
use super::choice::Choice;

/// A variable of an event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The text between `<` and `>`.
    pub name: String,
    /// The origin of the name.
    pub origin: VariableOrigin,
    /// A few words for people.
    pub meaning: String,
    /// A realistic value.
    pub sample: Value,
}

/// The origin of a variable's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableOrigin {
    /// Documented publicly with this name.
    Documented,
    /// Derived from sibling pages, since the public table could not be read.
    Derived,
    /// Added by a person in the picker.
    Own,
}

impl VariableOrigin {
    /// The word in lists and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Derived => "derived",
            Self::Own => "own",
        }
    }
}

/// The scope of own variables for profiles without events.
pub const NO_EVENT: &str = "default";

/// The variables of an event: those of the catalogue, then own ones; with Default only the latter. `added` are pairs
/// of scope (an event's name, or [`NO_EVENT`]) and variable.
#[must_use]
pub fn offered(event: Option<Event>, added: &[(String, Variable)]) -> Vec<Variable> {
    let scope = event.map_or(NO_EVENT, |e| e.name());
    let known = event.map_or(&[][..], variables);
    let own = added.iter().filter(|(of, _)| of == scope).map(|(_, variable)| variable);
    known.iter().chain(own).cloned().collect()
}

static CATALOGUE: LazyLock<HashMap<String, Vec<Variable>>> = LazyLock::new(|| {
    #[allow(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
    serde_json::from_str(include_str!("catalogue.json")).expect("catalogue.json is well formed")
});

/// A named set of values, such as `failed`: the differences from the variables' own samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// A word or two.
    pub name: String,
    /// Values by variable.
    pub values: Map<String, Value>,
}

static SAMPLES: LazyLock<HashMap<String, Vec<Sample>>> = LazyLock::new(|| {
    #[allow(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
    let all: HashMap<String, Map<String, Value>> =
        serde_json::from_str(include_str!("samples.json")).expect("samples.json is well formed");
    let sample = |(name, values): (String, Value)| match values {
        Value::Object(values) => Sample { name, values },
        _ => Sample { name, values: Map::new() },
    };
    all.into_iter().map(|(event, samples)| (event, samples.into_iter().map(sample).collect())).collect()
});

/// The named samples of an event: those of the catalogue, then own ones; without an event only the latter. `added` are
/// pairs of scope (an event's name, or [`NO_EVENT`]) and sample.
#[must_use]
pub fn offered_samples(event: Option<Event>, added: &[(String, Sample)]) -> Vec<&Sample> {
    let scope = event.map_or(NO_EVENT, |event| event.name());
    let own = added.iter().filter(|(of, _)| of == scope).map(|(_, sample)| sample);
    event.map_or(&[][..], samples).iter().chain(own).collect()
}

/// The named samples of an event; the first equals the variables' own samples.
#[must_use]
pub fn samples(event: Event) -> &'static [Sample] {
    SAMPLES.get(event.name()).map_or(&[], Vec::as_slice)
}

/// The variables of an event, in the platform's order.
#[must_use]
pub fn variables(event: Event) -> &'static [Variable] {
    CATALOGUE.get(event.name()).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::path::is_variable_name;

    #[test]
    fn every_event_has_variables_with_meaning_and_names_once() {
        for event in Event::ALL {
            let all = variables(*event);
            assert!(!all.is_empty(), "{}", event.name());
            for (at, variable) in all.iter().enumerate() {
                assert!(is_variable_name(&variable.name), "{}", variable.name);
                assert!(!variable.meaning.is_empty(), "{}", variable.name);
                assert!(all[..at].iter().all(|v| v.name != variable.name), "{} twice", variable.name);
            }
        }
        assert_eq!(CATALOGUE.len(), Event::ALL.len());
    }

    #[test]
    fn the_public_samples() {
        let sms = variables(Event::SmsSend);
        let sample = |name: &str| sms.iter().find(|v| v.name == name).map(|v| v.sample.clone());
        assert_eq!(sms.len(), 22);
        assert_eq!(sample("status"), Some("DELIVRD".into()));
        assert!(sample("parts").is_some_and(|parts| parts.is_array()));
        let voice =
            |name: &str| variables(Event::Voice).iter().find(|v| v.name == name).map(|v| v.sample.clone());
        // EPOCH seconds, as numbers.
        assert_eq!(voice("starttime"), Some(1_767_335_842.into()));
        assert!(voice("endtime").is_some_and(|time| time.is_u64()));
        assert_eq!(sample("id"), Some("ee8a1c52-90aa-4c0e-a5ff-9b717aa9130d:1".into()));
    }

    #[test]
    fn every_sample_sets_variables_of_its_event() {
        for event in Event::ALL {
            assert!(samples(*event).len() >= 2, "{}", event.name());
            for sample in samples(*event) {
                for name in sample.values.keys() {
                    let known = variables(*event).iter().any(|v| v.name == *name);
                    assert!(known, "{} of {} in {}", name, sample.name, event.name());
                }
            }
        }
        assert_eq!(SAMPLES.len(), Event::ALL.len());
    }

    #[test]
    fn a_payment_is_an_object_in_the_platforms_order() {
        let payment = variables(Event::PaymentStatus).iter().find(|v| v.name == "payment").expect("there");
        let keys: Vec<_> = payment.sample.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["amount", "currency", "receipt", "reference_id", "transaction"]);
    }
}
