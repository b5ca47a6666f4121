//! A variable as JSON.

use serde_json::{Value, json};

use crate::profile::catalogue::Variable;

/// A variable and its scope.
pub(super) fn document(scope: &str, variable: &Variable) -> Value {
    let Variable { name, origin, meaning, sample } = variable;
    json!({"event": scope, "name": name, "origin": origin.name(), "meaning": meaning, "sample": sample})
}
