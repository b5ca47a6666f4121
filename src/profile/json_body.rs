//! A JSON body with placeholders, split into pieces by the position of each placeholder.

use serde::de::IgnoredAny;

use super::elements::Elements;
use super::path::{Path, placeholder_at};
use super::template::bracket_at;
use crate::json::{JsonError, mistake};

/// A piece of a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonPart {
    /// Sent unchanged, so that key order, spacing and the text of numbers are kept.
    Text(String),
    /// Inside a string with other text, or in a key: the value's text, JSON-escaped.
    InString(Path),
    /// Alone in a string, including quotes: a string, or the object or array itself.
    WholeString(Path),
    /// Outside any string: the value as JSON.
    Bare(Path),
}

/// Text that is valid JSON once its placeholders are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonTemplate {
    parts: Vec<JsonPart>,
}

impl JsonTemplate {
    /// Parses a JSON body.
    ///
    /// # Errors
    /// Where and why it is not JSON.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let template = Self { parts: Scanner::new(text).run().0 };
        let sample = template.sample();
        // The column is that of the sample, shifted by placeholders; the line is correct.
        serde_json::from_str::<IgnoredAny>(&sample)
            .map_err(|error| mistake(&sample, &error).without_columns())?;
        Ok(template)
    }

    /// The byte offsets of the placeholders in a JSON body.
    pub(super) fn starts(text: &str) -> Vec<usize> {
        Scanner::new(text).run().1
    }

    /// The pieces in order.
    #[must_use]
    pub fn parts(&self) -> &[JsonPart] {
        &self.parts
    }

    /// The placeholders in order, including repeated ones.
    pub fn variables(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            JsonPart::Text(_) => None,
            JsonPart::InString(p) | JsonPart::WholeString(p) | JsonPart::Bare(p) => Some(p),
        })
    }

    /// The placeholders with other text in their string.
    pub fn variables_in_strings(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            JsonPart::InString(path) => Some(path),
            JsonPart::Text(_) | JsonPart::WholeString(_) | JsonPart::Bare(_) => None,
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
    whole: &'a str,
    rest: &'a str,
    plain: String,
    parts: Vec<JsonPart>,
    starts: Vec<usize>,
}

impl<'a> Scanner<'a> {
    fn new(whole: &'a str) -> Self {
        Self { whole, rest: whole, plain: String::new(), parts: Vec::new(), starts: Vec::new() }
    }

    fn run(mut self) -> (Vec<JsonPart>, Vec<usize>) {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => self.string(),
                '<' => self.bracket(0, &Elements::default(), JsonPart::Bare),
                _ => self.keep(c.len_utf8()),
            }
        }
        self.flush();
        (self.parts, self.starts)
    }

    /// One string, from its opening quote on.
    fn string(&mut self) {
        if let Some((path, length)) = placeholder_at(&self.rest[1..]) {
            let after = &self.rest[1 + length..];
            let is_key = after.strip_prefix('"').is_some_and(|a| a.trim_start().starts_with(':'));
            if after.starts_with('"') && !is_key {
                self.starts.push(self.whole.len() - self.rest.len() + 1);
                self.push(JsonPart::WholeString(path));
                self.rest = &after[1..];
                return;
            }
        }
        self.keep(1);
        let string = self.rest;
        let elements = Elements::of_text(&string[..string_end(string)]);
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => return self.keep(1),
                '\\' => {
                    let escaped = self.rest[1..].chars().next().map_or(0, char::len_utf8);
                    self.keep(1 + escaped);
                }
                '<' => self.bracket(string.len() - self.rest.len(), &elements, JsonPart::InString),
                _ => self.keep(c.len_utf8()),
            }
        }
    }

    /// A run of `<` at byte `at` of its string.
    fn bracket(&mut self, at: usize, elements: &Elements, part: fn(Path) -> JsonPart) {
        let bracket = bracket_at(self.rest, at, elements);
        self.plain.extend(std::iter::repeat_n('<', bracket.sent));
        self.rest = &self.rest[bracket.typed..];
        if let Some(path) = bracket.variable {
            self.starts.push(self.whole.len() - self.rest.len() - path.placeholder_length());
            self.push(part(path));
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

/// The length up to the quote that ends a string.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    text.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
    .unwrap_or(text.len())
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
    fn positions_in_json_are_distinguished() {
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
    fn elements_and_doubled_brackets_in_strings_are_text() {
        let parts = kinds(r#"{"html":"<b>hi<\/b> <<i> <status>","b":<b>,"c":"</b>"}"#);
        let variables: Vec<_> = parts.iter().filter(|part| !matches!(part, JsonPart::Text(_))).collect();
        assert_eq!(variables, [&JsonPart::InString(path("status")), &JsonPart::Bare(path("b"))]);
        assert_eq!(parts[0], JsonPart::Text(r#"{"html":"<b>hi<\/b> <i> "#.to_owned()));
        assert_eq!(kinds(r#"{"a":"<<id>"}"#), [JsonPart::Text(r#"{"a":"<id>"}"#.to_owned())]);
    }

    #[test]
    fn a_value_cannot_complete_an_escape() {
        assert!(JsonTemplate::parse(r#"{"a":"\u004<a>1"}"#).is_err());
    }

    #[test]
    fn errors_name_the_line() {
        let error = JsonTemplate::parse("{\n\"a\": <a>,\n}").expect_err("trailing comma");
        assert_eq!(error.to_string(), "invalid JSON at line 2: comma before '}': remove it");
    }

    proptest! {
        #[test]
        fn any_text_is_scanned_without_loss(text in ".*|[<>a\"\\\\:{}]*") {
            // A doubled `<` is sent as a single one.
            let text = text.replace("<<", "< ");
            let shown: String = Scanner::new(&text).run().0.iter().map(|part| match part {
                JsonPart::Text(text) => text.clone(),
                JsonPart::InString(p) | JsonPart::Bare(p) => p.to_string(),
                JsonPart::WholeString(p) => format!("\"{p}\""),
            }).collect();
            prop_assert_eq!(shown, text);
        }
    }
}
