//! A JSON body with placeholders, cut into pieces by where each placeholder stands.

use serde::de::IgnoredAny;

use super::template::{Path, placeholder_at};

/// A piece of a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonPart {
    /// Sent as it stands, so that key order, spacing and the text of numbers are kept.
    Text(String),
    /// Inside a string among other text, or in a key: the value's text, JSON-escaped.
    InString(Path),
    /// Alone in a string, quotes included: a string, or the object or array itself.
    WholeString(Path),
    /// Outside any string: the value as JSON.
    Bare(Path),
}

/// Text that is JSON once its placeholders are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonTemplate {
    parts: Vec<JsonPart>,
}

impl JsonTemplate {
    /// Reads a JSON body.
    ///
    /// # Errors
    /// Where and why it is not JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        let template = Self { parts: Scanner::new(text).run() };
        let sample = template.sample();
        serde_json::from_str::<IgnoredAny>(&sample).map_err(|error| {
            // The column is that of the sample, which placeholders shift; the line is right.
            let reason = error.to_string();
            let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(r, _)| r).to_owned();
            format!("not JSON: {reason} (line {})", error.line())
        })?;
        Ok(template)
    }

    /// The pieces in order.
    #[must_use]
    pub fn parts(&self) -> &[JsonPart] {
        &self.parts
    }

    /// The placeholders in order, repeats included.
    pub fn variables(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            JsonPart::Text(_) => None,
            JsonPart::InString(p) | JsonPart::WholeString(p) | JsonPart::Bare(p) => Some(p),
        })
    }

    /// Whether the whole is an object, the only JSON that has fields for a form.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.sample().trim_start().starts_with('{')
    }

    fn sample(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                JsonPart::Text(text) => text.as_str(),
                // Not empty: a value must not complete an escape such as `\u004`.
                JsonPart::InString(_) => "x",
                JsonPart::WholeString(_) => "\"\"",
                JsonPart::Bare(_) => "null",
            })
            .collect()
    }
}

struct Scanner<'a> {
    rest: &'a str,
    plain: String,
    parts: Vec<JsonPart>,
}

impl<'a> Scanner<'a> {
    fn new(rest: &'a str) -> Self {
        Self { rest, plain: String::new(), parts: Vec::new() }
    }

    fn run(mut self) -> Vec<JsonPart> {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => self.string(),
                '<' => {
                    if let Some((path, length)) = placeholder_at(self.rest) {
                        self.push(JsonPart::Bare(path));
                        self.rest = &self.rest[length..];
                    } else {
                        self.keep(1);
                    }
                }
                _ => self.keep(c.len_utf8()),
            }
        }
        self.flush();
        self.parts
    }

    /// One string, from its opening quote on.
    fn string(&mut self) {
        if let Some((path, length)) = placeholder_at(&self.rest[1..]) {
            let after = &self.rest[1 + length..];
            let is_key = after.strip_prefix('"').is_some_and(|a| a.trim_start().starts_with(':'));
            if after.starts_with('"') && !is_key {
                self.push(JsonPart::WholeString(path));
                self.rest = &after[1..];
                return;
            }
        }
        self.keep(1);
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => return self.keep(1),
                '\\' => {
                    let escaped = self.rest[1..].chars().next().map_or(0, char::len_utf8);
                    self.keep(1 + escaped);
                }
                '<' => {
                    if let Some((path, length)) = placeholder_at(self.rest) {
                        self.push(JsonPart::InString(path));
                        self.rest = &self.rest[length..];
                    } else {
                        self.keep(1);
                    }
                }
                _ => self.keep(c.len_utf8()),
            }
        }
    }

    fn keep(&mut self, bytes: usize) {
        let (kept, rest) = self.rest.split_at(bytes);
        self.plain.push_str(kept);
        self.rest = rest;
    }

    fn push(&mut self, part: JsonPart) {
        self.flush();
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            self.parts.push(JsonPart::Text(std::mem::take(&mut self.plain)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<JsonPart> {
        JsonTemplate::parse(text).expect(text).parts
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("well formed")
    }

    #[test]
    fn places_are_told_apart() {
        let parts = kinds(r#"{"a":"<a>","b":<b>,"c":"x<c>y","<d>":1}"#);
        assert!(parts.contains(&JsonPart::WholeString(path("a"))));
        assert!(parts.contains(&JsonPart::Bare(path("b"))));
        assert!(parts.contains(&JsonPart::InString(path("c"))));
        assert!(parts.contains(&JsonPart::InString(path("d"))));
    }

    #[test]
    fn escapes_do_not_end_a_string() {
        let parts = kinds(r#"{"a":"\"<x>\\"}"#);
        assert!(parts.contains(&JsonPart::InString(path("x"))));
    }

    #[test]
    fn a_value_cannot_complete_an_escape() {
        assert!(JsonTemplate::parse(r#"{"a":"\u004<a>1"}"#).is_err());
    }

    #[test]
    fn errors_name_the_line() {
        let error = JsonTemplate::parse("{\n\"a\": <a>,\n}").expect_err("trailing comma");
        assert!(error.ends_with("(line 3)"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_is_scanned_without_loss(text in ".*|[<>a\"\\\\:{}]*") {
            let shown: String = Scanner::new(&text).run().iter().map(|part| match part {
                JsonPart::Text(text) => text.clone(),
                JsonPart::InString(p) | JsonPart::Bare(p) => p.to_string(),
                JsonPart::WholeString(p) => format!("\"{p}\""),
            }).collect();
            prop_assert_eq!(shown, text);
        }
    }
}
