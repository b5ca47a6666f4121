//! The members of a JSON object, parsed without building values: a document of 1 MiB can contain half a million
//! values, which would take fifty times its size.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::FieldValue;

/// Passes each member of an object to `add`, in order. Nothing if the text is not an object, not JSON, or nested more
/// than 127 levels deep.
pub(super) fn each_member<'a>(text: &'a str, add: impl FnMut(Cow<'a, str>, FieldValue<'a>)) {
    if serde_json::from_str::<Valid>(text).is_ok() {
        // A document of another type has no members.
        let _ = serde_json::Deserializer::from_str(text).deserialize_map(Members(add));
    }
}

/// JSON without white space between its tokens. `json` must be valid JSON.
pub(super) fn compact(json: &str) -> Cow<'_, str> {
    if !json.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted || !c.is_ascii_whitespace() {
            out.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    Cow::Owned(out)
}

/// A string that is borrowed unless it contains escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, FieldValue<'de>)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some((Text(name), raw)) = members.next_entry::<Text<'de>, &'de RawValue>()? {
            let value = if raw.get().starts_with('"') {
                let Text(text) = serde_json::from_str(raw.get()).map_err(A::Error::custom)?;
                FieldValue::Text(text)
            } else {
                FieldValue::Json(Cow::Borrowed(raw.get()))
            };
            (self.0)(name, value);
        }
        Ok(())
    }
}

/// Any JSON that [`serde_json::Value`] accepts, without keeping it.
struct Valid;

impl<'de> Deserialize<'de> for Valid {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Valid {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    /// An object; a number that is not a small integer arrives here too, as an object with its digits.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn white_space_is_removed_between_tokens_only() {
        let text = "{ \"a b\" : [ 1.50 ,\n\t\"x \\\" y\\\\\" , { } ] }";
        assert_eq!(compact(text), "{\"a b\":[1.50,\"x \\\" y\\\\\",{}]}");
        assert!(matches!(compact("[1,2]"), Cow::Borrowed("[1,2]")));
    }

    proptest! {
        #[test]
        fn validity_matches_serde_json(text in "[\\[\\]{}:,\"a0-9eE+.\\-u\\\\d8 ]{0,24}|\"\\\\u[dD][89c-f]0{2}\"|\\[{120,130}1\\]{120,130}") {
            prop_assert_eq!(
                serde_json::from_str::<Valid>(&text).is_ok(),
                serde_json::from_str::<Value>(&text).is_ok()
            );
        }

        #[test]
        fn compact_json_is_the_same_json(text in "\\PC{0,12}", number in any::<i32>()) {
            let value = serde_json::json!({text.clone(): [text, number, {"a\\ \"": null}]});
            for written in [value.to_string(), format!("{value:#}")] {
                let compact = compact(&written);
                prop_assert_eq!(compact.as_ref(), value.to_string());
            }
        }
    }
}
