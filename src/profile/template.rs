//! Text with placeholders: `<name>`, `<a.b>`, `<parts[0]>`.

use std::fmt;

/// A placeholder's way to a value: a variable, then members and items.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    text: String,
    steps: Vec<Step>,
    name_len: usize,
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// A member of an object.
    Member(String),
    /// An item of an array, from 0.
    Item(usize),
}

impl Path {
    /// Reads what stands between `<` and `>`; `None` when it is not well formed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name_len = name_length(text)?;
        let mut rest = &text[name_len..];
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                let length = name_length(after)?;
                steps.push(Step::Member(after[..length].to_owned()));
                rest = &after[length..];
            } else {
                let (digits, after) = rest.strip_prefix('[')?.split_once(']')?;
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                steps.push(Step::Item(digits.parse().ok()?));
                rest = after;
            }
        }
        Some(Self { text: text.to_owned(), steps, name_len })
    }

    /// The variable's name, without members and items.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[..self.name_len]
    }

    /// The whole way as typed, without `<` and `>`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The steps after the name.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.text)
    }
}

/// The bytes of the name at the start: a letter or underscore, then letters, digits, `_`, `-`.
fn name_length(text: &str) -> Option<usize> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_alphabetic() || first == b'_') {
        return None;
    }
    let in_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    Some(text.bytes().take_while(|b| in_name(b)).count())
}

/// Whether a variable may have this name.
#[must_use]
pub fn is_variable_name(text: &str) -> bool {
    name_length(text) == Some(text.len())
}

/// The placeholder that starts at the start of `text`, and its length in bytes with `<` and `>`.
#[must_use]
pub fn placeholder_at(text: &str) -> Option<(Path, usize)> {
    let inside = text.strip_prefix('<')?;
    let end = inside.find(['>', '<', '"', '\n'])?;
    if !inside[end..].starts_with('>') {
        return None;
    }
    Path::parse(&inside[..end]).map(|path| (path, end + 2))
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Sent as it stands.
    Text(String),
    /// Replaced by a value.
    Variable(Path),
}

/// Text parsed once into pieces. A `<` that starts no well-formed placeholder stays as typed
/// (our decision).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// Reads a template; any text is one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some((path, length)) = placeholder_at(from) {
                push_text(&mut parts, &mut plain);
                parts.push(Part::Variable(path));
                rest = &from[length..];
            } else {
                plain.push('<');
                rest = &from[1..];
            }
        }
        plain.push_str(rest);
        push_text(&mut parts, &mut plain);
        Self { parts }
    }

    /// The pieces in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The placeholders in order, repeats included.
    pub fn variables(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(path) => Some(path),
            Part::Text(_) => None,
        })
    }

    /// The same template with its plain text passed through `change`.
    #[must_use]
    pub fn map_text(&self, change: impl Fn(&str) -> String) -> Self {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Part::Text(change(text)),
            Part::Variable(path) => Part::Variable(path.clone()),
        });
        Self { parts: parts.collect() }
    }
}

fn push_text(parts: &mut Vec<Part>, plain: &mut String) {
    if !plain.is_empty() {
        parts.push(Part::Text(std::mem::take(plain)));
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Variable(path) => path.fmt(f),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_and_items() {
        let path = Path::parse("payment.transaction.refunds[0].id").expect("well formed");
        assert_eq!(path.name(), "payment");
        assert_eq!(path.steps().len(), 4);
        for bad in ["", "1a", "a.", "a[", "a[]", "a[x]", "a b", "a[0", "a..b"] {
            assert!(Path::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_lone_bracket_stays() {
        let template = Template::parse("a < b <id> <<x>> <p>");
        let names: Vec<_> = template.variables().map(Path::as_str).collect();
        assert_eq!(names, ["id", "x", "p"]);
        assert_eq!(template.to_string(), "a < b <id> <<x>> <p>");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in ".*|[<>a-c.\\[\\]0-9]*") {
            prop_assert_eq!(Template::parse(&text).to_string(), text);
        }
    }
}
