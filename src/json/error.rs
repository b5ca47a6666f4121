//! A mistake in JSON: where it is, what it is, and how to fix it. Never the text of a value: it may be a
//! secret.

use std::fmt;

use crate::text::escape_controls;

/// Why a text is not JSON that can be used.
///
/// Shown as `invalid JSON at line 2 column 10: a value is missing before '}'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    at: Option<Place>,
    mistake: Mistake,
    shown: Shown,
}

/// A place in a text, both from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// How places are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Both,
    Lines,
    Columns,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mistake {
    /// Nothing but blanks.
    Empty,
    /// The text ends before this string or bracket is closed.
    Unclosed { open: char, at: Place },
    /// The text ends within this bracket, where a value must be.
    NoValue { open: char, at: Place },
    /// A string continues past the end of its line.
    LineBreak { string: Place },
    /// A character that a string may only hold as an escape.
    Control(char),
    /// A backslash before something else than an escape.
    Escape,
    /// `\u` without four digits.
    HexEscape,
    /// Half a surrogate pair.
    Surrogate,
    /// A comma with nothing behind it.
    ExtraComma { before: char },
    /// Nothing where a value must be.
    ValueMissing { before: char },
    /// Text that is not in quotes, where a value must be.
    Unquoted,
    /// A word of another language, and what JSON has for it.
    Word { found: &'static str, write: &'static str },
    /// Quotes that JSON does not have.
    Quotes,
    /// A comment.
    Comment,
    /// Digits that are not a number.
    Number,
    /// Something else than a string, where a name must be.
    NameUnquoted,
    /// No colon behind a name.
    ColonMissing,
    /// No comma between two members or items.
    CommaMissing,
    /// Text that follows a string without a comma.
    AfterString,
    /// A bracket that closes another one.
    Mismatch { found: char, open: char, at: Place },
    /// A bracket that closes none.
    Unopened(char),
    /// Text behind the value.
    AfterEnd,
    /// Objects in objects in objects.
    TooDeep,
    /// A character that begins nothing.
    Unexpected(char),
    /// A name that occurs twice in one object.
    Repeated { name: String, first: Place },
    /// In the words of the reader, which has a rule of its own.
    Other(String),
}

impl JsonError {
    pub(super) fn new(at: Place, mistake: Mistake) -> Self {
        Self { at: Some(at), mistake, shown: Shown::Both }
    }

    pub(super) fn empty() -> Self {
        Self { at: None, mistake: Mistake::Empty, shown: Shown::Both }
    }

    /// What only `serde_json` refuses.
    pub(super) fn other(error: &serde_json::Error) -> Self {
        Self { at: None, mistake: Mistake::Other(error.to_string()), shown: Shown::Both }
    }

    /// The same of a text that is one line: places are shown as columns.
    #[must_use]
    pub fn on_one_line(self) -> Self {
        Self { shown: Shown::Columns, ..self }
    }

    /// The same of a text of which the columns are not what a person sees: places are shown as lines.
    #[must_use]
    pub fn without_columns(self) -> Self {
        Self { shown: Shown::Lines, ..self }
    }

    fn place(&self, place: Place) -> String {
        let Place { line, column } = place;
        match self.shown {
            Shown::Both => format!("line {line} column {column}"),
            Shown::Lines => format!("line {line}"),
            Shown::Columns => format!("column {column}"),
        }
    }

    fn reason(&self) -> String {
        match &self.mistake {
            Mistake::Empty => "it is empty; write a value, such as {\"name\": \"text\"}".to_owned(),
            Mistake::Unclosed { open: '"', at } => {
                format!("the string at {} is not closed: add \"", self.place(*at))
            }
            Mistake::Unclosed { open, at } => {
                format!("the {} at {} is not closed: add {}", bracket(*open), self.place(*at), closing(*open))
            }
            Mistake::NoValue { open, at } => {
                let (open, close) = (bracket(*open), closing(*open));
                format!("a value is missing, and then {close} to close the {open} at {}", self.place(*at))
            }
            Mistake::LineBreak { string } => {
                let at = self.place(*string);
                format!("line break in the string at {at}: close the string with \", or write \\n")
            }
            Mistake::Control(c) => {
                let code = u32::from(*c);
                format!("control character in a string: write \\u{code:04x}")
            }
            Mistake::Escape => "invalid escape: for a backslash write \\\\".to_owned(),
            Mistake::HexEscape => "\\u requires four hexadecimal digits, such as \\u00e9".to_owned(),
            Mistake::Surrogate => {
                "unpaired surrogate in a string: \\ud800 to \\udfff must come in pairs".to_owned()
            }
            Mistake::ExtraComma { before } => format!("comma before '{before}': remove it"),
            Mistake::ValueMissing { before } => format!("a value is missing before '{before}'"),
            Mistake::Unquoted => "text without quotes: strings require double quotes (\")".to_owned(),
            Mistake::Word { found, write } => format!("{found} is not JSON: write {write}"),
            Mistake::Quotes => "strings require plain double quotes (\")".to_owned(),
            Mistake::Comment => "JSON has no comments: remove it".to_owned(),
            Mistake::Number => "invalid number: remove a leading + or 0, add digits beside a dot, or write \
                                it as a string in double quotes"
                .to_owned(),
            Mistake::NameUnquoted => "names require double quotes (\")".to_owned(),
            Mistake::ColonMissing => "a colon is missing after the name".to_owned(),
            Mistake::CommaMissing => "a comma is missing before this".to_owned(),
            Mistake::AfterString => {
                "text after a string: add a comma, or write \\\" for a quote within the string".to_owned()
            }
            Mistake::Mismatch { found, open, at } => {
                format!(
                    "'{found}' does not close the {} at {}: write {}",
                    bracket(*open),
                    self.place(*at),
                    closing(*open)
                )
            }
            Mistake::Unopened(found) => format!("'{found}' closes nothing: remove it"),
            Mistake::AfterEnd => "more text after the end of the value: remove it".to_owned(),
            Mistake::TooDeep => "more than 127 levels of nesting".to_owned(),
            Mistake::Unexpected(c) => format!("unexpected {}", character(*c)),
            Mistake::Repeated { name, first } => {
                format!("repeated name {}, first at {}: remove one", shown_name(name), self.place(*first))
            }
            Mistake::Other(said) => said.clone(),
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid JSON")?;
        if let Some(at) = self.at {
            write!(f, " at {}", self.place(at))?;
        }
        write!(f, ": {}", self.reason())
    }
}

impl std::error::Error for JsonError {}

impl Place {
    /// The place of a byte of a text.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let before = &text[..at];
        let start = before.rfind('\n').map_or(0, |feed| feed + 1);
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
        Self { line, column: 1 + before[start..].chars().count() }
    }
}

/// What starts with a bracket.
fn bracket(open: char) -> &'static str {
    if open == '{' { "object" } else { "array" }
}

/// The bracket that closes this one.
pub(super) fn closing(open: char) -> char {
    if open == '{' { '}' } else { ']' }
}

fn character(c: char) -> String {
    if c.is_ascii_graphic() { format!("'{c}'") } else { format!("character U+{:04X}", u32::from(c)) }
}

/// A name, in quotes, as much of it as fits a line.
fn shown_name(name: &str) -> String {
    const MOST: usize = 60;
    let cut: String = name.chars().take(MOST).collect();
    let more = if cut.len() < name.len() { "…" } else { "" };
    format!("\"{}{more}\"", escape_controls(&cut))
}
