//! The contents of a placeholder: `name`, `a.b`, `parts[0]`, `keypress:12`.

use std::fmt;

/// A placeholder's path to a value: a variable, then members and items.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    text: String,
    steps: Vec<PathStep>,
    name_len: usize,
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathStep {
    /// A member of an object.
    Member(String),
    /// An item of an array, from 0.
    Item(usize),
}

impl Path {
    /// Parses the text between `<` and `>`; `None` if it is not well formed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name_len = name_length(text)?;
        let mut rest = &text[name_len..];
        let mut steps = Vec::new();
        while !rest.is_empty() && rest != WHOLE_LIST {
            if let Some(after) = rest.strip_prefix('.') {
                let length = word_length(after)?;
                steps.push(PathStep::Member(after[..length].to_owned()));
                rest = &after[length..];
            } else {
                let (digits, after) = rest.strip_prefix('[')?.split_once(']')?;
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                steps.push(PathStep::Item(digits.parse().ok()?));
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

    /// The whole path as typed, without `<` and `>`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The length in bytes of the placeholder, including `<` and `>`.
    pub(super) fn placeholder_length(&self) -> usize {
        self.text.len() + 2
    }

    /// The steps after the name.
    #[must_use]
    pub fn steps(&self) -> &[PathStep] {
        &self.steps
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.text)
    }
}

/// Written literally after a list, it means all of it: `<parts[n]>` (public page).
const WHOLE_LIST: &str = "[n]";

/// The length in bytes of the name at the start: a word, then more words after colons, as in `keypress:12` and
/// `api:WIDGET:VARIABLE` (public page).
fn name_length(text: &str) -> Option<usize> {
    let mut length = word_length(text)?;
    while let Some(after) = text[length..].strip_prefix(':') {
        let more = after.bytes().take_while(|byte| in_word(*byte)).count();
        if more == 0 {
            return None;
        }
        length += 1 + more;
    }
    Some(length)
}

/// The length in bytes of the word at the start: a letter or underscore, then letters, digits, `_`, `-`.
fn word_length(text: &str) -> Option<usize> {
    let first = text.bytes().next()?;
    (first.is_ascii_alphabetic() || first == b'_')
        .then(|| text.bytes().take_while(|byte| in_word(*byte)).count())
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a variable may have this name: words separated by `:` or `.`. The platform has variables such as
/// `caller.isdcode` beside `caller`, which is a string.
#[must_use]
pub fn is_variable_name(text: &str) -> bool {
    !text.contains('[') && Path::parse(text).is_some()
}

/// The placeholder at the start of `text`, and its length in bytes including `<` and `>`.
#[must_use]
pub fn placeholder_at(text: &str) -> Option<(Path, usize)> {
    let inside = text.strip_prefix('<')?;
    let end = inside.find(['>', '<', '"', '\n'])?;
    if !inside[end..].starts_with('>') {
        return None;
    }
    Path::parse(&inside[..end]).map(|path| (path, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_items() {
        let path = Path::parse("payment.transaction.refunds[0].id").expect("well formed");
        assert_eq!(path.name(), "payment");
        assert_eq!(path.steps().len(), 4);
        for bad in ["", "1a", "a.", "a[", "a[]", "a[x]", "a b", "a[0", "a..b", "a:", ":a", "a::b", "a.b:c"] {
            assert!(Path::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_platforms_names_with_colons_and_the_whole_list() {
        for (text, name, steps) in [
            ("keypress:12", "keypress:12", 0),
            ("api:WIDGET-1:VARIABLE", "api:WIDGET-1:VARIABLE", 0),
            ("api:NAME.CHILD", "api:NAME", 1),
            ("parts[n]", "parts", 0),
            ("a.parts[n]", "a", 1),
        ] {
            let path = Path::parse(text).expect(text);
            assert_eq!((path.name(), path.steps().len(), path.as_str()), (name, steps, text));
        }
        assert!(Path::parse("parts[n].id").is_none());
        assert!(is_variable_name("caller.isdcode") && is_variable_name("keypress:12"));
        assert!(!is_variable_name("parts[0]") && !is_variable_name("a b"));
    }
}
