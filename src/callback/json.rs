//! JSON bodies: placeholders are replaced in the text, so that key order, spacing and the text of numbers stay as
//! typed.

mod position;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::escape::Escaping;
use super::escape::json::{push_quoted, quoted, unquoted};
use super::resolve::Resolver;
use super::trace::Spot;
use super::{RenderError, plain_text};
use crate::profile::{JsonPart, JsonTemplate, Template, TemplatePart};

use position::Position;

/// The capacity for a usual body, in bytes.
const ROOM: usize = 256;

/// A body typed as JSON, with its values.
pub(super) fn from_template(template: &JsonTemplate, resolver: &mut Resolver) -> Result<String, RenderError> {
    let mut json = String::with_capacity(ROOM);
    let mut position = Position::default();
    for part in template.parts() {
        let start = json.len();
        let escaping = match part {
            JsonPart::Text(text) => {
                json.push_str(text);
                if resolver.is_traced() {
                    position.pass(text);
                }
                continue;
            }
            JsonPart::InString(path) => {
                json.push_str(unquoted(&quoted(&resolver.text(path)?)));
                Escaping::InJsonString
            }
            JsonPart::WholeString(path) => {
                match resolver.value(path)?.as_deref() {
                    Some(Value::String(text)) => push_quoted(&mut json, text),
                    value => json.push_str(&in_quotes(value.map(Cow::Borrowed)).to_string()),
                }
                Escaping::of_json(&json[start..])
            }
            // An existing value is sent as JSON, `null` too; a missing one is the empty string.
            JsonPart::Bare(path) => {
                match resolver.value(path)? {
                    Some(value) => json.push_str(&value.to_string()),
                    None => json.push_str("\"\""),
                }
                Escaping::of_json(&json[start..])
            }
        };
        resolver.sent(escaping, position.spot(), &json[start..]);
    }
    Ok(json)
}

/// A body typed as pairs, converted to a JSON object. Names in an object are unique: a repeated name keeps its first
/// position and its last value, as in most JSON parsers.
pub(super) fn from_pairs(
    pairs: &[(Template, Template)],
    resolver: &mut Resolver,
) -> Result<String, RenderError> {
    let mut members = Map::new();
    let mut noted: HashMap<String, Range<usize>> = HashMap::new();
    for (name, value) in pairs {
        let name = resolver.fill(name, Escaping::InJsonString)?;
        let start = resolver.uses().len();
        let value = match value.parts() {
            [TemplatePart::Variable(path)] => {
                let value = in_quotes(resolver.value(path)?);
                let json = value.to_string();
                resolver.sent(Escaping::of_json(&json), Spot::Value, &json);
                value
            }
            _ => Value::String(resolver.fill(value, Escaping::InJsonString)?),
        };
        if let Some(lost) = noted.insert(name.clone(), start..resolver.uses().len()) {
            for lost in &mut resolver.uses()[lost] {
                (lost.escaping, lost.sent) = (Escaping::Dropped, String::new());
            }
        }
        members.insert(name, value);
    }
    Ok(Value::Object(members).to_string())
}

/// The replacement of a placeholder alone in a string: objects and arrays themselves, anything else a string.
fn in_quotes(value: Option<Cow<Value>>) -> Value {
    match value {
        None => Value::String(String::new()),
        Some(value) if value.is_object() || value.is_array() => value.into_owned(),
        Some(value) => Value::String(plain_text(&value)),
    }
}
