//! A variable of a person's own, from what was typed.

use serde_json::Value;

use crate::profile::catalogue::{Origin, Variable};
use crate::profile::is_variable_name;

use super::exact;

/// The meaning of one that was given none.
const NO_MEANING: &str = "own variable";

/// Why something typed is no variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OwnVariableError {
    /// The name has a character that a placeholder cannot have.
    #[error("a letter or _ first; then letters, digits, _ and -")]
    Name,
    /// The event has one of that name.
    #[error("{0} exists already")]
    Taken(String),
    /// The sample begins as JSON and is none.
    #[error("the sample is not JSON: {0}")]
    Sample(String),
}

/// A variable beside those of its event, `taken`. An empty meaning is replaced by a few words.
///
/// # Errors
/// Why it is none.
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
    let meaning = if meaning.is_empty() { NO_MEANING } else { meaning };
    let (name, meaning, sample) = (name.to_owned(), meaning.to_owned(), own_sample(sample)?);
    Ok(Variable { name, origin: Origin::Own, meaning, sample })
}

/// A sample: an object or array is meant as JSON; anything else is text, as most values are.
///
/// # Errors
/// It begins as JSON and is none.
pub fn own_sample(text: &str) -> Result<Value, OwnVariableError> {
    if text.starts_with(['{', '[']) {
        exact::from_str(text).map_err(|error| OwnVariableError::Sample(error.to_string()))
    } else {
        Ok(Value::String(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_is_a_variable_or_says_why_not() {
        let made = own_variable("order", "", "A-17", &[]).unwrap();
        assert_eq!((made.meaning.as_str(), &made.sample), (NO_MEANING, &json!("A-17")));
        let json = own_variable("cart", "what is bought", "{\"n\": 2}", &[]).unwrap();
        assert_eq!(json.sample, json!({"n": 2}));
        assert_eq!(own_variable("42", "", "42", &[]), Err(OwnVariableError::Name));
        assert_eq!(own_variable("order", "", "", &[made]), Err(OwnVariableError::Taken("order".to_owned())));
        assert!(matches!(own_variable("cart", "", "[1,", &[]), Err(OwnVariableError::Sample(_))));
    }
}
