//! Validates an own named sample.

use serde_json::{Map, Value};

use crate::profile::catalogue::Sample;
use crate::profile::sizes::{NAME, NAMES, within};

/// The most that the values of a sample may take as JSON, in bytes (our decision): all samples are listed at once.
pub const MAX_SAMPLE_BYTES: usize = 64 << 10;

/// Why the input is not a valid sample.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamedSampleError {
    /// The name is empty, or has white space around it, or a control character.
    #[error("the name must have a character, no control characters, and no spaces around it")]
    Name,
    /// The event already has a sample with that name.
    #[error("'{0}' exists already")]
    Taken(String),
    /// The name or the values are too long.
    #[error("{what}: {why}")]
    TooLong {
        /// The part that is too long.
        what: &'static str,
        /// By how much.
        why: String,
    },
    /// The event has the maximum number of samples.
    #[error("there are {NAMES} already, which is the limit")]
    TooMany,
    /// It would be the same as the variables' own samples.
    #[error("it has no values: give at least one")]
    Empty,
}

/// A sample of one's own beside those of its event, `taken`. Names that differ only in case are the same name, as in a
/// look-up.
///
/// # Errors
/// Why it is invalid.
pub fn named_sample(
    name: &str,
    values: Map<String, Value>,
    taken: &[&Sample],
) -> Result<Sample, NamedSampleError> {
    if name.is_empty() || name.trim() != name || name.contains(char::is_control) {
        return Err(NamedSampleError::Name);
    }
    within(name, NAME).map_err(|why| NamedSampleError::TooLong { what: "the name", why })?;
    if let Some(other) = taken.iter().find(|sample| sample.name.eq_ignore_ascii_case(name)) {
        return Err(NamedSampleError::Taken(other.name.clone()));
    }
    if taken.len() >= NAMES {
        return Err(NamedSampleError::TooMany);
    }
    let values = named_sample_values(values)?;
    Ok(Sample { name: name.to_owned(), values })
}

/// The values of a sample.
///
/// # Errors
/// There are none, or they are too long.
pub fn named_sample_values(values: Map<String, Value>) -> Result<Map<String, Value>, NamedSampleError> {
    if values.is_empty() {
        return Err(NamedSampleError::Empty);
    }
    let values = Value::Object(values);
    within(&values.to_string(), MAX_SAMPLE_BYTES)
        .map_err(|why| NamedSampleError::TooLong { what: "the values", why })?;
    match values {
        Value::Object(values) => Ok(values),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn values(text: &str) -> Map<String, Value> {
        Map::from_iter([("id".to_owned(), json!(text))])
    }

    #[test]
    fn a_sample_has_a_name_of_its_own_and_values() {
        let made = named_sample("refund 2", values("7"), &[]).unwrap();
        assert_eq!((made.name.as_str(), &made.values["id"]), ("refund 2", &json!("7")));
        let taken = named_sample("Refund 2", values("7"), &[&made]);
        assert_eq!(taken, Err(NamedSampleError::Taken("refund 2".to_owned())));
        for name in ["", " a", "a ", "a\nb"] {
            assert_eq!(named_sample(name, values("7"), &[]), Err(NamedSampleError::Name), "{name:?}");
        }
        assert_eq!(named_sample("a", Map::new(), &[]), Err(NamedSampleError::Empty));
        let long = named_sample("a", values(&"x".repeat(MAX_SAMPLE_BYTES)), &[]).unwrap_err().to_string();
        assert_eq!(long, "the values: 65545 bytes, 65536 at most");
        assert!(named_sample(&"x".repeat(NAME + 1), values("7"), &[]).is_err());
        assert_eq!(named_sample("b", values("7"), &vec![&made; NAMES]), Err(NamedSampleError::TooMany));
    }
}
