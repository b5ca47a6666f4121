//! JSON read with the text of its numbers as it was written.
//!
//! `serde_json` keeps digits, and still turns `1e400` into `1e+400` and `1E5` into `1e+5`. A callback
//! carries a number as the event had it (facts, section 4).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// Reads JSON.
///
/// # Errors
/// As `serde_json` tells them, with line and column.
pub fn from_str(text: &str) -> Result<Value, serde_json::Error> {
    // What is no JSON, or nested too deep, is told here; what follows may trust the text.
    serde_json::from_str::<Value>(text)?;
    exact(text.trim())
}

fn exact(text: &str) -> Result<Value, serde_json::Error> {
    match text.as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Members>(text).map(|members| Value::Object(members.0)),
        Some(b'[') => {
            let items: Vec<Exact> = serde_json::from_str(text)?;
            Ok(Value::Array(items.into_iter().map(|item| item.0).collect()))
        }
        // Hidden in the crate's documents, and the only way past its spelling; the tests below hold it.
        Some(b'-' | b'0'..=b'9') => Ok(Value::Number(Number::from_string_unchecked(text.to_owned()))),
        _ => serde_json::from_str(text),
    }
}

struct Exact(Value);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(from)?;
        exact(raw.get()).map(Self).map_err(D::Error::custom)
    }
}

struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        while let Some((name, Exact(value))) = from.next_entry::<String, Exact>()? {
            members.insert(name, value);
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
        assert_eq!(from_str("1e400").unwrap().to_string(), "1e400");
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_told() {
        for bad in ["", "01", "1e", "{\"a\":}", "[1,]", "\"\\ud800\"", "nul", &"[".repeat(10_000)] {
            assert!(from_str(bad).is_err(), "{}", &bad[..bad.len().min(20)]);
        }
    }

    proptest! {
        #[test]
        fn all_but_the_spelling_of_numbers_is_as_serde_json_reads_it(text in "[\\[\\]{}:,\"a0-9eE+.\\- ]{0,24}") {
            let plain = serde_json::from_str::<Value>(&text).ok();
            let exact = from_str(&text).ok().map(|value| value.to_string());
            let spelt = exact.map(|text| serde_json::from_str::<Value>(&text).unwrap());
            prop_assert_eq!(spelt, plain);
        }
    }
}
