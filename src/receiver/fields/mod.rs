//! The fields of a request, in whatever format they were sent: decoded on demand, since they can take many times the
//! memory of the request.

mod json;
mod multipart;

use std::borrow::Cow;

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use url::form_urlencoded;

use crate::json::exact;

use super::decryption::{Decryption, DecryptionReport};
use super::received::Received;

/// Named values in the order of arrival: those of the query, then those of a form, a multipart body or a JSON object.
/// A repeated name has several values. A truncated body has none: its last one would be wrong.
///
/// Serialized as a JSON object, in which a name with several values has an array.
#[derive(Debug, Default)]
pub struct Fields<'a> {
    named: IndexMap<Cow<'a, str>, Values<'a>>,
    taken: usize,
    beyond: usize,
    in_body: bool,
}

/// A value as sent.
#[derive(Debug)]
pub(super) enum FieldValue<'a> {
    Text(Cow<'a, str>),
    /// JSON that is not a string.
    Json(Cow<'a, str>),
}

/// The values of a name, at least one.
#[derive(Debug)]
pub(super) struct Values<'a> {
    first: FieldValue<'a>,
    more: Vec<FieldValue<'a>>,
}

impl Received {
    /// Decodes its fields.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields::of(self, usize::MAX)
    }
}

impl<'a> Fields<'a> {
    /// The first `most` values of a request; the others are counted.
    pub(super) fn of(received: &'a Received, most: usize) -> Self {
        let mut fields = Self::default();
        fields.add_pairs(received.query.as_bytes(), most);
        let before = fields.count();
        if !received.body_cut() {
            fields.add_body(received, most);
        }
        fields.in_body = fields.count() > before;
        fields
    }

    fn add_body(&mut self, received: &'a Received, most: usize) {
        let content_type = received.header("content-type").unwrap_or("");
        match media_type(content_type).as_str() {
            "application/x-www-form-urlencoded" => self.add_pairs(&received.body, most),
            "multipart/form-data" => {
                multipart::each_part(content_type, received.body.clone(), |name, text| {
                    self.add(name.into(), FieldValue::Text(text.into()), most);
                });
            }
            json if json == "application/json" || json.ends_with("+json") => {
                let text = std::str::from_utf8(&received.body).unwrap_or_default();
                json::each_member(text, |name, value| self.add(name, value, most));
            }
            _ => {}
        }
    }

    fn add_pairs(&mut self, encoded: &'a [u8], most: usize) {
        let mut pairs = form_urlencoded::parse(encoded);
        while self.taken < most {
            let Some((name, text)) = pairs.next() else { return };
            self.add(name, FieldValue::Text(text), most);
        }
        self.beyond += pairs.count();
    }

    fn add(&mut self, name: Cow<'a, str>, value: FieldValue<'a>, most: usize) {
        if self.taken == most {
            self.beyond += 1;
            return;
        }
        self.taken += 1;
        match self.named.entry(name) {
            Entry::Occupied(mut values) => values.get_mut().more.push(value),
            Entry::Vacant(place) => {
                place.insert(Values { first: value, more: Vec::new() });
            }
        }
    }

    /// The number of values in the request.
    fn count(&self) -> usize {
        self.taken + self.beyond
    }

    /// How many values are only counted.
    pub(super) fn beyond(&self) -> usize {
        self.beyond
    }

    /// Whether any value is from the body.
    pub(super) fn in_body(&self) -> bool {
        self.in_body
    }

    /// Each name and its values.
    pub(super) fn named(&mut self) -> impl Iterator<Item = (&str, &mut Values<'a>)> {
        self.named.iter_mut().map(|(name, values)| (name.as_ref(), values))
    }

    /// Replaces each string that can be decrypted, at any depth. Each result is reported by JSON Pointer.
    pub(super) fn decrypt(&mut self, decryption: &Decryption) -> DecryptionReport {
        let mut report = DecryptionReport::default();
        for (name, values) in self.named() {
            report.within(name, |report| values.decrypt(decryption, report));
        }
        report
    }
}

impl Values<'_> {
    /// As plain text: several values as a JSON array.
    pub(super) fn plain_text(&self) -> Cow<'_, str> {
        match &self.first {
            _ if !self.more.is_empty() => serde_json::to_string(self).unwrap_or_default().into(),
            FieldValue::Text(text) => text.as_ref().into(),
            FieldValue::Json(json) if json == "null" => "".into(),
            FieldValue::Json(json) => json::compact(json),
        }
    }

    /// Replaces each string that can be decrypted, at any depth.
    pub(super) fn decrypt(&mut self, decryption: &Decryption, report: &mut DecryptionReport) {
        if self.more.is_empty() {
            return self.first.decrypt(decryption, report);
        }
        for (at, value) in std::iter::once(&mut self.first).chain(&mut self.more).enumerate() {
            report.within(at, |report| value.decrypt(decryption, report));
        }
    }
}

impl FieldValue<'_> {
    fn decrypt(&mut self, decryption: &Decryption, report: &mut DecryptionReport) {
        match self {
            Self::Text(text) => {
                if let Some(plain) = report.decrypted(text, decryption) {
                    *text = Cow::Owned(plain);
                }
            }
            Self::Json(json) => {
                let Ok(mut value) = exact::from_str(json) else { return };
                if report.value_decrypted(&mut value, decryption) {
                    *json = Cow::Owned(value.to_string());
                }
            }
        }
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.named)
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.more.is_empty() {
            self.first.serialize(serializer)
        } else {
            serializer.collect_seq(std::iter::once(&self.first).chain(&self.more))
        }
    }
}

impl Serialize for FieldValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Json(json) => {
                let compact = json::compact(json);
                let raw: &RawValue = serde_json::from_str(&compact).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
        }
    }
}

/// The media type without its parameters, in lower case.
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::receiver::received::tests::sample;

    fn request(query: &str, content_type: &str, body: &str) -> Received {
        Received {
            query: query.to_owned(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.to_owned().into(),
            body_length: body.len() as u64,
            ..sample()
        }
    }

    fn text(query: &str, content_type: &str, body: &str) -> String {
        serde_json::to_string(&request(query, content_type, body).fields()).unwrap()
    }

    fn fields(query: &str, content_type: &str, body: &str) -> Value {
        serde_json::from_str(&text(query, content_type, body)).unwrap()
    }

    #[test]
    fn a_repeated_name_has_an_array() {
        let form = "application/x-www-form-urlencoded";
        let got = fields("a=1&b=%20+", form, "a=2&a=3&c");
        assert_eq!(got, json!({"a": ["1", "2", "3"], "b": "  ", "c": ""}));
        let got = fields("a=1", "application/json", r#"{"a":[2,3]}"#);
        assert_eq!(got, json!({"a": ["1", [2, 3]]}));
    }

    #[test]
    fn the_text_of_numbers_and_the_order_are_kept() {
        let body =
            r#"{"z":1.50,"a":12345678901234567890123,"m":{"y":null,"b":true,"e":1E400},"s":"\u00fc\n"}"#;
        let written = body.replace("\\u00fc", "ü");
        assert_eq!(text("", "Application/JSON; charset=utf-8", body), written);
        assert_eq!(text("", "application/vnd.x+json", &body.replace(':', " :\n ")), written);
    }

    #[test]
    fn a_body_that_does_not_match_its_type_has_no_fields() {
        for json in ["a=1", "[1]", "", r#"{"a":1"#, r#"{"a":1} x"#, r#"{"a":"\ud800"}"#] {
            assert_eq!(text("", "application/json", json), "{}", "{json}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert_eq!(text("", "application/json", &deep), "{}");
        assert_eq!(text("", "text/plain", "a=1"), "{}");
        assert_eq!(text("", "multipart/form-data", "a=1"), "{}");
        assert_eq!(text("", "multipart/form-data; boundary=x", "a=1"), "{}");
    }

    #[test]
    fn a_truncated_multipart_body_has_its_complete_parts() {
        let part =
            |name: &str| format!("--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{name}1\r\n");
        let body = format!("{}{}--x", part("a"), part("b"));
        for cut in 0..body.len() {
            let got = fields("", "multipart/form-data; boundary=x", &body[..cut]);
            assert!(got.as_object().unwrap().len() <= 2, "{cut}");
        }
        let got = fields("", "multipart/form-data; boundary=x", &body);
        assert_eq!(got, json!({"a": "a1", "b": "b1"}));
    }

    #[test]
    fn the_first_values_are_decoded_and_the_others_counted() {
        let json: Vec<String> = (0..1000).map(|n| format!("\"n{n}\":{n}")).collect();
        let form: Vec<String> = (0..1000).map(|n| format!("n{n}={n}")).collect();
        for (content_type, body) in [
            ("application/json", format!("{{{}}}", json.join(","))),
            ("application/x-www-form-urlencoded", form.join("&")),
        ] {
            let received = request("q=1", content_type, &body);
            let mut fields = Fields::of(&received, 10);
            assert_eq!((fields.named().count(), fields.beyond()), (10, 991), "{content_type}");
            assert!(fields.in_body());
        }
        let received = request("q=1&q=2", "text/plain", "a=1");
        let mut fields = Fields::of(&received, 10);
        assert_eq!((fields.named().count(), fields.beyond(), fields.in_body()), (1, 0, false));
    }
}
