//! JSON bodies: placeholders are replaced in the text, so that key order, spacing and the text of
//! numbers stay as typed.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::resolve::Resolver;
use super::{RenderError, plain_text};
use crate::profile::{JsonPart, JsonTemplate, Part, Template};

/// A body typed as JSON, with its values.
pub(super) fn from_template(template: &JsonTemplate, resolver: &mut Resolver) -> Result<String, RenderError> {
    let mut json = String::new();
    for part in template.parts() {
        match part {
            JsonPart::Text(text) => json.push_str(text),
            JsonPart::InString(path) => json.push_str(unquoted(&quoted(&resolver.text(path)?))),
            JsonPart::WholeString(path) => json.push_str(&in_quotes(resolver.value(path)?).to_string()),
            // A value that is there goes as JSON, `null` too; one that is not is the empty string.
            JsonPart::Bare(path) => match resolver.value(path)? {
                Some(value) => json.push_str(&value.to_string()),
                None => json.push_str("\"\""),
            },
        }
    }
    Ok(json)
}

/// A body typed as pairs, carried over to a JSON object. An object has each name once: of a name
/// that stands twice the first place and the last value are kept, as most readers of JSON do.
pub(super) fn from_pairs(
    pairs: &[(Template, Template)],
    resolver: &mut Resolver,
) -> Result<String, RenderError> {
    let mut members = Map::new();
    for (name, value) in pairs {
        let name = resolver.fill(name)?;
        let value = match value.parts() {
            [Part::Variable(path)] => in_quotes(resolver.value(path)?),
            _ => Value::String(resolver.fill(value)?),
        };
        members.insert(name, value);
    }
    Ok(Value::Object(members).to_string())
}

/// What a placeholder alone in a string becomes: objects and arrays themselves, all else a string.
fn in_quotes(value: Option<Cow<Value>>) -> Value {
    match value {
        None => Value::String(String::new()),
        Some(value) if value.is_object() || value.is_array() => value.into_owned(),
        Some(value) => Value::String(plain_text(&value)),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn unquoted(string: &str) -> &str {
    string.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(string)
}
