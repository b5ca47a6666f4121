//! The values of an event's variables.

use serde_json::{Map, Value};

use crate::profile::{Path, Step};

/// Values by variable, in the order in which they came. The text of numbers is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values(Map<String, Value>);

impl Values {
    /// From a JSON object.
    #[must_use]
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The JSON object.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Sets one value.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), value);
    }

    /// The value at the end of a path; `None` where the path leads nowhere.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(self.0.get(path.name())?, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Item(at) => value.get(at),
        })
    }
}

/// A value as plain text: text as it is, numbers as they were written, `null` as nothing, objects
/// and arrays as compact JSON.
#[must_use]
pub fn plain_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
