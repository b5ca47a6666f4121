//! JSON with the text of its numbers as written.
//!
//! `serde_json` keeps digits, but turns `1e400` into `1e+400` and `1E5` into `1e+5`. A callback sends a number as the
//! event contained it (our decision).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// Parses JSON. If a name occurs twice in one object, the last value is used.
///
/// # Errors
/// As `serde_json` reports them, with line and column.
pub fn from_str(text: &str) -> Result<Value, serde_json::Error> {
    read::<false>(text)
}

/// As [`from_str`], but a name that occurs twice in one object is an error.
///
/// # Errors
/// As [`from_str`]; for a repeated name without its position.
pub(super) fn unique(text: &str) -> Result<Value, serde_json::Error> {
    read::<true>(text)
}

fn read<const UNIQUE: bool>(text: &str) -> Result<Value, serde_json::Error> {
    // Invalid and too deeply nested JSON is detected here; the code below may rely on valid text.
    let value = serde_json::from_str::<Value>(text)?;
    // A name that occurs twice, and an object that `serde_json` interprets in a special way, have more colons than
    // members. Without escapes, the colons in strings are those of the text; counting them there is quicker than telling
    // strings from the rest.
    let found = if text.contains('\\') {
        members_spelt(&value).map(|spelt| (spelt.members, colons(text)))
    } else {
        members_spelt(&value).map(|spelt| (spelt.members + spelt.colons, colons_in(text)))
    };
    if found.is_some_and(|(expected, colons)| expected == colons) {
        return Ok(value);
    }
    exact::<UNIQUE>(text.trim())
}

/// What a value contains.
#[derive(Debug, Clone, Copy, Default)]
struct Spelt {
    /// The members of all objects.
    members: usize,
    /// The colons in all strings and names.
    colons: usize,
}

/// Counts what a value contains. None if it contains a number that `serde_json` may have rewritten.
fn members_spelt(value: &Value) -> Option<Spelt> {
    let mut spelt = Spelt::default();
    spelt.add(value).then_some(spelt)
}

impl Spelt {
    /// Adds what a value contains. False if it is a number that may have been rewritten.
    fn add(&mut self, value: &Value) -> bool {
        match value {
            Value::Number(number) => !number.as_str().contains(['e', 'E']),
            Value::Array(items) => items.iter().all(|item| self.add(item)),
            Value::Object(members) => {
                self.members += members.len();
                members.iter().all(|(name, value)| {
                    self.colons += colons_in(name);
                    self.add(value)
                })
            }
            Value::String(text) => {
                self.colons += colons_in(text);
                true
            }
            Value::Null | Value::Bool(_) => true,
        }
    }
}

/// The colons of a text.
fn colons_in(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b':').count()
}

/// How many colons a JSON text has outside its strings.
fn colons(text: &str) -> usize {
    let (mut colons, mut in_string) = (0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => drop(bytes.next()),
            b':' if !in_string => colons += 1,
            _ => {}
        }
    }
    colons
}

fn exact<const UNIQUE: bool>(text: &str) -> Result<Value, serde_json::Error> {
    match text.as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Members<UNIQUE>>(text).map(|members| Value::Object(members.0)),
        Some(b'[') => {
            let items: Vec<Exact<UNIQUE>> = serde_json::from_str(text)?;
            Ok(Value::Array(items.into_iter().map(|item| item.0).collect()))
        }
        // Hidden in the crate's documentation, and the only way to keep the spelling; the tests below guard it.
        Some(b'-' | b'0'..=b'9') => Ok(Value::Number(Number::from_string_unchecked(text.to_owned()))),
        _ => serde_json::from_str(text),
    }
}

struct Exact<const UNIQUE: bool>(Value);

impl<'de, const UNIQUE: bool> Deserialize<'de> for Exact<UNIQUE> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(from)?;
        exact::<UNIQUE>(raw.get()).map(Self).map_err(D::Error::custom)
    }
}

struct Members<const UNIQUE: bool>(Map<String, Value>);

impl<'de, const UNIQUE: bool> Deserialize<'de> for Members<UNIQUE> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor<const UNIQUE: bool>;

impl<'de, const UNIQUE: bool> Visitor<'de> for MembersVisitor<UNIQUE> {
    type Value = Members<UNIQUE>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Members<UNIQUE>, A::Error> {
        let mut members = Map::new();
        while let Some((name, Exact::<UNIQUE>(value))) = from.next_entry()? {
            if members.insert(name, value).is_some() && UNIQUE {
                return Err(A::Error::custom("repeated name"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_stay_as_they_were_written() {
        let text = r#"{"a":[1e400,1E5,-0.0,12.50,{"b":18446744073709551616}],"c":"1e5","d":null,"e":1e-07}"#;
        assert_eq!(from_str(&format!("  {text}\n")).unwrap().to_string(), text);
        assert_eq!(unique(text).unwrap().to_string(), text);
        assert_eq!(from_str("1e400").unwrap().to_string(), "1e400");
    }

    #[test]
    fn invalid_and_too_deep_json_is_reported() {
        for bad in ["", "01", "1e", "{\"a\":}", "[1,]", "\"\\ud800\"", "nul", &"[".repeat(10_000)] {
            assert!(from_str(bad).is_err(), "{}", &bad[..bad.len().min(20)]);
        }
    }

    #[test]
    fn unique_rejects_repeated_names_at_any_depth() {
        for text in [r#"{"a":1,"b":2,"a":3}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#] {
            assert!(from_str(text).is_ok() && unique(text).is_err(), "{text}");
        }
        assert!(unique(r#"[{"a":{"a":1}},{"a":1,"A":2}]"#).is_ok());
    }

    #[test]
    fn an_object_with_a_name_of_the_parser_stays_an_object() {
        for text in
            [r#"{"$serde_json::private::Number":"1"}"#, r#"[{"\u0024serde_json::private::Number":"1.0"}]"#]
        {
            assert_eq!(from_str(text).unwrap().to_string(), text.replace("\\u0024", "$"));
        }
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "-?(0|[1-9][0-9]{0,2})(\\.[0-9]{1,2})?([eE][+-]?[0-9])?",
            r#""([a-c:{}\[\],]|\\"|\\\\|\\u003a){0,4}""#,
            "true|null",
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            let member =
                (r#""[ab:]{0,2}""#, inner.clone()).prop_map(|(name, value)| format!("{name} :{value}"));
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
                prop::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_fast_path_equals_the_slow_one(text in json()) {
            prop_assert_eq!(from_str(&text).ok(), exact::<false>(&text).ok());
            prop_assert_eq!(unique(&text).ok(), exact::<true>(&text).ok(), "{}", text);
        }

        #[test]
        fn only_the_spelling_of_numbers_differs_from_serde_json(text in "[\\[\\]{}:,\"a0-9eE+.\\- ]{0,24}") {
            let plain = serde_json::from_str::<Value>(&text).ok();
            let exact = from_str(&text).ok().map(|value| value.to_string());
            let spelt = exact.map(|text| serde_json::from_str::<Value>(&text).unwrap());
            prop_assert_eq!(spelt, plain);
        }
    }
}
