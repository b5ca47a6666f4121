//! The values of an event's variables.

use serde_json::{Map, Value};

use crate::json::{self, exact};
use crate::profile::catalogue::{self, Variable};
use crate::profile::{Event, Path, PathStep};

/// Values by variable, in the order given. The text of numbers is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values(Map<String, Value>);

impl Values {
    /// The largest JSON file of values, in bytes (our decision).
    pub const LONGEST_FILE: u64 = 1 << 20;

    /// From a JSON object.
    #[must_use]
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The sample values of an event's variables, including own variables.
    #[must_use]
    pub fn samples(event: Option<Event>, added: &[(String, Variable)]) -> Self {
        Self(catalogue::offered(event, added).into_iter().map(|v| (v.name, v.sample)).collect())
    }

    /// The same with some values replaced.
    #[must_use]
    pub fn with(mut self, others: &Map<String, Value>) -> Self {
        for (name, value) in others {
            self.0.insert(name.clone(), value.clone());
        }
        self
    }

    /// Parses a stored JSON object, keeping the text of its numbers.
    ///
    /// # Errors
    /// Why it is not a JSON object.
    pub fn parse(text: &str) -> Result<Self, String> {
        exact::from_str(text).map_err(|error| format!("not JSON: {error}")).and_then(Self::of)
    }

    /// Parses a JSON object from a person or a program, keeping the text of its numbers.
    ///
    /// # Errors
    /// The first error, with its position, or why it is not an object.
    pub fn read(text: &str) -> Result<Self, String> {
        json::read(text).map_err(|error| error.to_string()).and_then(Self::of)
    }

    fn of(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err("must be an object of variables and values".to_owned()),
        }
    }

    /// The JSON object.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The JSON object, as a value of its own.
    #[must_use]
    pub fn into_members(self) -> Map<String, Value> {
        self.0
    }

    /// Sets one value.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), value);
    }

    /// The name under which the value of a path is looked up: the whole path if there is a value with that name, such
    /// as `caller.isdcode` beside the text `caller`; otherwise the variable's name.
    #[must_use]
    pub fn name_of<'a>(&self, path: &'a Path) -> &'a str {
        if self.whole(path).is_some() { path.as_str() } else { path.name() }
    }

    fn whole(&self, path: &Path) -> Option<&Value> {
        if path.as_str() == path.name() { None } else { self.0.get(path.as_str()) }
    }

    /// The value of a path; `None` if there is none.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Value> {
        if let Some(value) = self.whole(path) {
            return Some(value);
        }
        path.steps().iter().try_fold(self.0.get(path.name())?, |value, step| match step {
            PathStep::Member(name) => value.get(name),
            PathStep::Item(at) => value.get(at),
        })
    }
}

/// A value as plain text: strings unchanged, numbers as written, `null` as nothing, objects and arrays as compact
/// JSON.
#[must_use]
pub fn plain_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_colons_and_dots_and_the_whole_list() {
        let text = r#"{"caller": "+91", "caller.isdcode": "91", "keypress:12": 4, "parts": ["a", "b"],
            "api:W": {"child": 1}, "payment": {"id": 7}}"#;
        let values = Values::parse(text).unwrap();
        for (path, wanted, name) in [
            ("caller", "\"+91\"", "caller"),
            ("caller.isdcode", "\"91\"", "caller.isdcode"),
            ("keypress:12", "4", "keypress:12"),
            ("parts[n]", "[\"a\",\"b\"]", "parts"),
            ("parts[1]", "\"b\"", "parts"),
            ("api:W.child", "1", "api:W"),
            ("payment.id", "7", "payment"),
        ] {
            let path = Path::parse(path).unwrap();
            assert_eq!(values.get(&path).map(ToString::to_string).as_deref(), Some(wanted), "{path}");
            assert_eq!(values.name_of(&path), name);
        }
    }

    #[test]
    fn a_repeated_name_is_rejected_on_input_and_accepted_from_the_store() {
        let text = r#"{"id": 1, "id": 7}"#;
        assert!(Values::read(text).unwrap_err().contains("repeated name \"id\""));
        assert_eq!(Values::parse(text).unwrap().members()["id"], 7);
    }
}
