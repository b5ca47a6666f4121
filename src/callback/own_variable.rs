//! Validates an own variable as typed.

use serde_json::Value;

use crate::json::{self, JsonError};
use crate::profile::catalogue::{Variable, VariableOrigin};
use crate::profile::is_variable_name;
use crate::profile::sizes::{MEANING, NAME, NAMES, VALUE, within};

/// The meaning if none was given.
const NO_MEANING: &str = "own variable";

/// Why the input is not a valid variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OwnVariableError {
    /// The name has a character that is not allowed in a placeholder.
    #[error("a letter or _ first; then letters, digits, _ and -")]
    Name,
    /// The event already has a variable with that name.
    #[error("{0} exists already")]
    Taken(String),
    /// The name, the meaning or the sample is too long.
    #[error("{what}: {why}")]
    TooLong {
        /// The part that is too long.
        what: &'static str,
        /// By how much.
        why: String,
    },
    /// The event has the maximum number of own variables.
    #[error("there are {NAMES} already, which is the limit")]
    TooMany,
    /// The sample looks like JSON but is invalid.
    #[error("the sample begins as JSON: {0}")]
    Sample(JsonError),
}

/// A variable in addition to those of its event, `taken`. An empty meaning gets a default.
///
/// # Errors
/// Why it is invalid.
pub fn own_variable(
    name: &str,
    meaning: &str,
    sample: &str,
    taken: &[Variable],
) -> Result<Variable, OwnVariableError> {
    if !is_variable_name(name) {
        return Err(OwnVariableError::Name);
    }
    if taken.iter().any(|variable| variable.name == name) {
        return Err(OwnVariableError::Taken(name.to_owned()));
    }
    if taken.iter().filter(|variable| variable.origin == VariableOrigin::Own).count() >= NAMES {
        return Err(OwnVariableError::TooMany);
    }
    let name = limited("the name", name, NAME)?.to_owned();
    let (meaning, sample) = (own_meaning(meaning)?, own_sample(sample)?);
    Ok(Variable { name, origin: VariableOrigin::Own, meaning, sample })
}

/// A meaning; an empty one gets a default.
///
/// # Errors
/// It is too long.
pub fn own_meaning(text: &str) -> Result<String, OwnVariableError> {
    let text = if text.is_empty() { NO_MEANING } else { text };
    limited("the meaning", text, MEANING).map(str::to_owned)
}

fn limited<'a>(what: &'static str, text: &'a str, most: usize) -> Result<&'a str, OwnVariableError> {
    within(text, most).map(|()| text).map_err(|why| OwnVariableError::TooLong { what, why })
}

/// A sample: an object or array is parsed as JSON; anything else is text, as most values are.
///
/// # Errors
/// It looks like JSON but is invalid, or is too long.
pub fn own_sample(text: &str) -> Result<Value, OwnVariableError> {
    let text = limited("the sample", text, VALUE)?;
    if text.starts_with(['{', '[']) {
        json::read(text).map_err(|error| OwnVariableError::Sample(error.on_one_line()))
    } else {
        Ok(Value::String(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_typed_variable_is_valid_or_says_why_not() {
        let made = own_variable("order", "", "A-17", &[]).unwrap();
        assert_eq!((made.meaning.as_str(), &made.sample), (NO_MEANING, &json!("A-17")));
        let json = own_variable("cart", "what is bought", "{\"n\": 2}", &[]).unwrap();
        assert_eq!(json.sample, json!({"n": 2}));
        assert_eq!(own_variable("42", "", "42", &[]), Err(OwnVariableError::Name));
        assert_eq!(own_variable("order", "", "", &[made]), Err(OwnVariableError::Taken("order".to_owned())));
        assert!(matches!(own_variable("cart", "", "[1,", &[]), Err(OwnVariableError::Sample(_))));
    }

    #[test]
    fn too_long_and_too_many_variables_are_rejected() {
        let made = |name: usize, meaning: usize, sample: usize| {
            let [name, meaning, sample] = [name, meaning, sample].map(|bytes| "x".repeat(bytes));
            own_variable(&name, &meaning, &sample, &[]).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(made(NAME, MEANING, VALUE), Ok(()));
        assert_eq!(made(NAME + 1, 1, 1), Err("the name: 257 bytes, 256 at most".to_owned()));
        assert_eq!(made(1, MEANING + 1, 1), Err("the meaning: 1001 bytes, 1000 at most".to_owned()));
        assert_eq!(made(1, 1, VALUE + 1), Err("the sample: 16385 bytes, 16384 at most".to_owned()));
        let all: Vec<Variable> =
            (0..NAMES).map(|n| own_variable(&format!("v{n}"), "", "", &[]).unwrap()).collect();
        assert!(own_variable("last", "", "", &all[1..]).is_ok());
        assert_eq!(own_variable("last", "", "", &all), Err(OwnVariableError::TooMany));
    }
}
