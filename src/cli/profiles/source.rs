//! The JSON that `apply` reads: of one profile, or of many.

use serde_json::Value;

use crate::cli::error::CommandError;
use crate::cli::json_input::JsonInput;

/// Each profile's JSON with its place in the whole, such as `profiles[1]`; one alone needs none.
///
/// # Errors
/// It cannot be read, or is no JSON, which is told with line and column.
pub(super) fn values(source: &JsonInput) -> Result<Vec<(String, Value)>, CommandError> {
    let refused = |why: String| CommandError::Input(format!("{source}: nothing was saved: {why}"));
    match source.read().map_err(refused)? {
        Value::Array(many) => {
            let place = |(at, value)| (format!("profiles[{at}]"), value);
            Ok(many.into_iter().enumerate().map(place).collect())
        }
        one @ Value::Object(_) => Ok(vec![(String::new(), one)]),
        _ => Err(refused("an object, or an array of objects, is needed".to_owned())),
    }
}
