//! The values of an event's variables.

use serde_json::{Map, Value};

use crate::json::{self, exact};
use crate::profile::catalogue::{self, Variable};
use crate::profile::{Event, Path, PathStep};

/// Values by variable, in the order in which they came. The text of numbers is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values(Map<String, Value>);

impl Values {
    /// Most bytes of a JSON object of values that is read from a file (our decision).
    pub const LONGEST_FILE: u64 = 1 << 20;

    /// From a JSON object.
    #[must_use]
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The sample values of an event's variables, those that people added among them.
    #[must_use]
    pub fn samples(event: Option<Event>, added: &[(String, Variable)]) -> Self {
        Self(catalogue::offered(event, added).into_iter().map(|v| (v.name, v.sample)).collect())
    }

    /// The same with other values in the place of some.
    #[must_use]
    pub fn with(mut self, others: &Map<String, Value>) -> Self {
        for (name, value) in others {
            self.0.insert(name.clone(), value.clone());
        }
        self
    }

    /// Reads a JSON object that was stored, the text of its numbers kept.
    ///
    /// # Errors
    /// Why it is not a JSON object.
    pub fn parse(text: &str) -> Result<Self, String> {
        exact::from_str(text).map_err(|error| format!("not JSON: {error}")).and_then(Self::of)
    }

    /// Reads a JSON object that a person or a program gives, the text of its numbers kept.
    ///
    /// # Errors
    /// The first mistake, with its place, or why it is not an object.
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

    /// Sets one value.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), value);
    }

    /// The name under which the value of a path is looked up: the whole path where there is a value of
    /// that name, as of `caller.isdcode` beside the text `caller`; else the variable's name.
    #[must_use]
    pub fn name_of<'a>(&self, path: &'a Path) -> &'a str {
        if self.whole(path).is_some() { path.as_str() } else { path.name() }
    }

    fn whole(&self, path: &Path) -> Option<&Value> {
        if path.as_str() == path.name() { None } else { self.0.get(path.as_str()) }
    }

    /// The value at the end of a path; `None` where the path leads nowhere.
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
    fn a_repeated_name_is_refused_where_it_is_given_and_read_where_it_is_stored() {
        let text = r#"{"id": 1, "id": 7}"#;
        assert!(Values::read(text).unwrap_err().contains("repeated name \"id\""));
        assert_eq!(Values::parse(text).unwrap().members()["id"], 7);
    }
}
