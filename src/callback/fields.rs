//! The fields of a form: names and values in order, including repeated names.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::RenderError;
use super::escape::{Escaping, json::text_of};
use super::resolve::Resolver;
use crate::json::mistake;
use crate::profile::Template;

/// Names and values in order, including repeated names.
pub(super) type Fields = Vec<(String, String)>;

/// The fields of a body typed as pairs, whose names and values will be escaped in these ways.
pub(super) fn from_pairs(
    pairs: &[(Template, Template)],
    resolver: &mut Resolver,
    (names, values): (Escaping, Escaping),
) -> Result<Fields, RenderError> {
    pairs
        .iter()
        .map(|(name, value)| Ok((resolver.fill(name, names)?, resolver.fill(value, values)?)))
        .collect()
}

/// The members of a JSON object as fields: the text of a string, a number as written, `null` as nothing, an object or
/// array as compact JSON.
pub(super) fn from_json(json: &str) -> Result<Fields, RenderError> {
    let unfit = |error: serde_json::Error| RenderError::Fields {
        reason: if error.is_data() { kind_of(json).to_owned() } else { mistake(json, &error).to_string() },
    };
    let Members(members) = serde_json::from_str(json).map_err(unfit)?;
    members.into_iter().map(|(name, value)| Ok((name, text_of(value.get()).map_err(unfit)?))).collect()
}

/// The type of a body that is JSON but not an object.
fn kind_of(json: &str) -> &'static str {
    match json.trim_start().as_bytes().first() {
        Some(b'[') => "it is an array",
        Some(b'"') => "it is a string",
        _ => "it is a single value",
    }
}

/// The members of an object with their JSON as written. Parsing them as values would write `1E5` as `1e+5` and drop
/// repeated names.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Vec<(String, String)> {
        from_json(json).unwrap()
    }

    #[test]
    fn each_kind_of_member_has_its_text() {
        let json = r#"{ "s": "a\"\u00e9", "n": 12.50, "e": 1E400, "b": true, "z": null,
            "o": { "x y": [ 1E5, "a \" b\\" ] } }"#;
        let texts: Vec<_> = fields(json).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["a\"é", "12.50", "1E400", "true", "", r#"{"x y":[1E5,"a \" b\\"]}"#]);
    }

    #[test]
    fn repeated_names_are_kept() {
        assert_eq!(
            fields(r#"{"a":1,"b":2,"a":3}"#),
            [("a", "1"), ("b", "2"), ("a", "3")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn only_an_object_has_fields() {
        for (json, why) in [
            ("[1]", "it is an array"),
            ("\"x\"", "it is a string"),
            (" 7", "it is a single value"),
            ("{\"a\":", "invalid JSON at line 1 column 6: a value is missing"),
            ("{\"a\":\"\\ud800\"}", "invalid JSON at line 1 column 7: unpaired surrogate"),
        ] {
            let error = from_json(json).unwrap_err().to_string();
            let start = "body: a form needs a JSON object to take its fields from (";
            assert!(error.strip_prefix(start).unwrap().starts_with(why), "{error}");
        }
    }
}
