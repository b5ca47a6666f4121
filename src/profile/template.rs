//! Text with placeholders: `<name>`, `<a.b>`, `<parts[0]>`.

use std::fmt;

use super::elements::Elements;
use super::path::{Path, placeholder_at};

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Sent unchanged.
    Text(String),
    /// Replaced by a value.
    Variable(Path),
}

/// What a run of `<` in a template means.
pub(super) struct Bracket {
    /// Its length in bytes in the template.
    pub typed: usize,
    /// How many `<` are sent for it.
    pub sent: usize,
    /// The placeholder that its last `<` starts; included in `typed`.
    pub variable: Option<Path>,
}

/// Parses the run of `<` at the start of `text`, which is at byte `at` of its template.
///
/// Directly before a placeholder, `<<` is a literal `<` (our decision): `<<id>` is sent as `<id>`, and `<<<id>` as a
/// `<` and the value. Anywhere else a `<` is sent as typed.
pub(super) fn bracket_at(text: &str, at: usize, elements: &Elements) -> Bracket {
    let run = text.bytes().take_while(|byte| *byte == b'<').count();
    let last = run.saturating_sub(1);
    let Some((path, length)) = placeholder_at(&text[last..]) else {
        return Bracket { typed: run, sent: run, variable: None };
    };
    if run.is_multiple_of(2) {
        return Bracket { typed: run, sent: run / 2, variable: None };
    }
    if elements.start_at(at + last) {
        return Bracket { typed: run, sent: run / 2 + 1, variable: None };
    }
    Bracket { typed: last + length, sent: run / 2, variable: Some(path) }
}

/// Text parsed once into pieces. A `<` that starts no well-formed placeholder is sent as typed (our decision).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<TemplatePart>,
}

impl Template {
    /// Parses a template; any text is valid.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::with_elements(text, &Elements::default())
    }

    /// The template that sends exactly this text: its `Display` doubles what would be a placeholder.
    pub(super) fn literal(text: &str) -> Self {
        Self { parts: vec![TemplatePart::Text(text.to_owned())] }
    }

    /// Parses a template in a body: elements that it closes are text.
    pub(super) fn of_body(text: &str) -> Self {
        Self::with_elements(text, &Elements::of_text(text))
    }

    fn with_elements(text: &str, elements: &Elements) -> Self {
        Self::scan(text, elements, &mut Vec::new())
    }

    /// The byte offsets of the placeholders in such a template.
    pub(super) fn starts_in_body(text: &str) -> Vec<usize> {
        let mut starts = Vec::new();
        Self::scan(text, &Elements::of_text(text), &mut starts);
        starts
    }

    fn scan(text: &str, elements: &Elements, starts: &mut Vec<usize>) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut done = 0;
        while let Some(found) = text[done..].find('<') {
            let at = done + found;
            plain.push_str(&text[done..at]);
            let bracket = bracket_at(&text[at..], at, elements);
            plain.extend(std::iter::repeat_n('<', bracket.sent));
            if let Some(path) = bracket.variable {
                push_text(&mut parts, &mut plain);
                starts.push(at + bracket.typed - path.placeholder_length());
                parts.push(TemplatePart::Variable(path));
            }
            done = at + bracket.typed;
        }
        plain.push_str(&text[done..]);
        push_text(&mut parts, &mut plain);
        Self { parts }
    }

    /// The pieces in order.
    #[must_use]
    pub fn parts(&self) -> &[TemplatePart] {
        &self.parts
    }

    /// The placeholders in order, including repeated ones.
    pub fn variables(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Variable(path) => Some(path),
            TemplatePart::Text(_) => None,
        })
    }

    /// The text that is sent, if the template has no placeholder.
    pub(super) fn fixed(&self) -> Option<String> {
        let text = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => Some(text.clone()),
            TemplatePart::Variable(_) => None,
        };
        self.parts.iter().map(text).collect()
    }

    /// The same template with its plain text passed through `change`.
    #[must_use]
    pub fn map_text(&self, change: impl Fn(&str) -> String) -> Self {
        let parts = self.parts.iter().map(|part| match part {
            TemplatePart::Text(text) => TemplatePart::Text(change(text)),
            TemplatePart::Variable(path) => TemplatePart::Variable(path.clone()),
        });
        Self { parts: parts.collect() }
    }
}

fn push_text(parts: &mut Vec<TemplatePart>, plain: &mut String) {
    if !plain.is_empty() {
        parts.push(TemplatePart::Text(std::mem::take(plain)));
    }
}

impl fmt::Display for Template {
    /// As typed: [`Template::parse`] parses it to the same template.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                TemplatePart::Text(text) => {
                    let before_variable = matches!(self.parts.get(at + 1), Some(TemplatePart::Variable(_)));
                    write_text(f, text, before_variable)?;
                }
                TemplatePart::Variable(path) => path.fmt(f)?,
            }
        }
        Ok(())
    }
}

/// Doubles each `<` that would start a placeholder, or that a placeholder follows.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str, before_variable: bool) -> fmt::Result {
    let mut done = 0;
    while let Some(found) = text[done..].find('<') {
        let at = done + found;
        let run = text[at..].bytes().take_while(|byte| *byte == b'<').count();
        let end = at + run;
        let doubled = placeholder_at(&text[end - 1..]).is_some() || (before_variable && end == text.len());
        f.write_str(&text[done..end])?;
        if doubled {
            f.write_str(&text[at..end])?;
        }
        done = end;
    }
    f.write_str(&text[done..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_lone_bracket_stays() {
        let template = Template::parse("a < b <id> << <p>");
        let names: Vec<_> = template.variables().map(Path::as_str).collect();
        assert_eq!(names, ["id", "p"]);
        assert_eq!(template.to_string(), "a < b <id> << <p>");
    }

    /// The text that is sent for a template if each value is `V`.
    fn sent(text: &str) -> String {
        let parts = Template::parse(text).parts;
        parts.iter().map(|part| if let TemplatePart::Text(text) = part { text } else { "V" }).collect()
    }

    #[test]
    fn a_doubled_bracket_is_a_literal_one() {
        for (typed, wanted) in [
            ("<<id>", "<id>"),
            ("<<<id>", "<V"),
            ("<<<<id>", "<<id>"),
            ("<<id>>", "<id>>"),
            ("<<id> <id>", "<id> V"),
            ("<<keypress:12>", "<keypress:12>"),
            ("a << b <<", "a << b <<"),
            ("<<a b>", "<<a b>"),
        ] {
            assert_eq!(sent(typed), wanted, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_round_trips(text in ".*|[<>a-c.:\\[\\]0-9]*") {
            prop_assert_eq!(Template::parse(&text).to_string(), text);
        }
    }
}
