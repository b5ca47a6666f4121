//! A syntax error in JSON: where it is, what it is, and how to fix it. Never contains values, which may be secret.

use std::fmt;

use crate::text::escape_controls;

/// Why a text is not valid JSON.
///
/// Displayed as `invalid JSON at line 2 column 10: a value is missing before '}'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    at: Option<LineColumn>,
    mistake: SyntaxError,
    shown: Shown,
}

/// A position in a text, counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineColumn {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// How positions are displayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Both,
    Lines,
    Columns,
}

/// The error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SyntaxError {
    /// Nothing but white space.
    Empty,
    /// The text ends before this string or bracket is closed.
    Unclosed { open: char, at: LineColumn },
    /// The text ends inside this bracket, where a value is expected.
    NoValue { open: char, at: LineColumn },
    /// A string continues past the end of its line.
    LineBreak { string: LineColumn },
    /// A character that must be escaped in a string.
    Control(char),
    /// A backslash before anything but an escape.
    Escape,
    /// `\u` without four digits.
    HexEscape,
    /// Half a surrogate pair.
    Surrogate,
    /// A comma with nothing after it.
    ExtraComma { before: char },
    /// Nothing where a value is expected.
    ValueMissing { before: char },
    /// Unquoted text where a value is expected.
    Unquoted,
    /// A word from another language, and its JSON equivalent.
    Word { found: &'static str, write: &'static str },
    /// Quotes that JSON does not have.
    Quotes,
    /// A comment.
    Comment,
    /// Digits that are not a number.
    Number,
    /// Anything but a string where a name is expected.
    NameUnquoted,
    /// No colon after a name.
    ColonMissing,
    /// No comma between two members or items.
    CommaMissing,
    /// Text after a string without a comma.
    AfterString,
    /// A bracket that closes another kind of bracket.
    Mismatch { found: char, open: char, at: LineColumn },
    /// A bracket that closes nothing.
    Unopened(char),
    /// Text after the value.
    AfterEnd,
    /// Nested too deeply.
    TooDeep,
    /// A character that starts nothing.
    Unexpected(char),
    /// A name that occurs twice in one object.
    Repeated { name: String, first: LineColumn },
    /// In the words of the reader, which has a rule of its own.
    Other(String),
}

impl JsonError {
    pub(super) fn new(at: LineColumn, mistake: SyntaxError) -> Self {
        Self { at: Some(at), mistake, shown: Shown::Both }
    }

    pub(super) fn empty() -> Self {
        Self { at: None, mistake: SyntaxError::Empty, shown: Shown::Both }
    }

    /// An error that only `serde_json` detects.
    pub(super) fn other(error: &serde_json::Error) -> Self {
        Self { at: None, mistake: SyntaxError::Other(error.to_string()), shown: Shown::Both }
    }

    /// Whether there is more text after a valid value.
    #[must_use]
    pub fn is_after_end(&self) -> bool {
        matches!(self.mistake, SyntaxError::AfterEnd)
    }

    /// The same for a text of one line: positions are displayed as columns.
    #[must_use]
    pub fn on_one_line(self) -> Self {
        Self { shown: Shown::Columns, ..self }
    }

    /// The same for a text whose columns are not those a person sees: positions are displayed as lines.
    #[must_use]
    pub fn without_columns(self) -> Self {
        Self { shown: Shown::Lines, ..self }
    }

    fn place(&self, place: LineColumn) -> String {
        let LineColumn { line, column } = place;
        match self.shown {
            Shown::Both => format!("line {line} column {column}"),
            Shown::Lines => format!("line {line}"),
            Shown::Columns => format!("column {column}"),
        }
    }

    fn reason(&self) -> String {
        match &self.mistake {
            SyntaxError::Empty => "it is empty; write a value, such as {\"name\": \"text\"}".to_owned(),
            SyntaxError::Unclosed { open: '"', at } => {
                format!("the string at {} is not closed: add \"", self.place(*at))
            }
            SyntaxError::Unclosed { open, at } => {
                format!("the {} at {} is not closed: add {}", bracket(*open), self.place(*at), closing(*open))
            }
            SyntaxError::NoValue { open, at } => {
                let (open, close) = (bracket(*open), closing(*open));
                format!("a value is missing, and then {close} to close the {open} at {}", self.place(*at))
            }
            SyntaxError::LineBreak { string } => {
                let at = self.place(*string);
                format!("line break in the string at {at}: close the string with \", or write \\n")
            }
            SyntaxError::Control(c) => {
                let code = u32::from(*c);
                format!("control character in a string: write \\u{code:04x}")
            }
            SyntaxError::Escape => "invalid escape: for a backslash write \\\\".to_owned(),
            SyntaxError::HexEscape => "\\u requires four hexadecimal digits, such as \\u00e9".to_owned(),
            SyntaxError::Surrogate => {
                "unpaired surrogate in a string: \\ud800 to \\udfff must come in pairs".to_owned()
            }
            SyntaxError::ExtraComma { before } => format!("comma before '{before}': remove it"),
            SyntaxError::ValueMissing { before } => format!("a value is missing before '{before}'"),
            SyntaxError::Unquoted => "text without quotes: strings require double quotes (\")".to_owned(),
            SyntaxError::Word { found, write } => format!("{found} is not JSON: write {write}"),
            SyntaxError::Quotes => "strings require plain double quotes (\")".to_owned(),
            SyntaxError::Comment => "JSON has no comments: remove it".to_owned(),
            SyntaxError::Number => {
                "invalid number: remove a leading + or 0, add digits beside a dot, or write \
                                it as a string in double quotes"
                    .to_owned()
            }
            SyntaxError::NameUnquoted => "names require double quotes (\")".to_owned(),
            SyntaxError::ColonMissing => "a colon is missing after the name".to_owned(),
            SyntaxError::CommaMissing => "a comma is missing before this".to_owned(),
            SyntaxError::AfterString => {
                "text after a string: add a comma, or write \\\" for a quote within the string".to_owned()
            }
            SyntaxError::Mismatch { found, open, at } => {
                format!(
                    "'{found}' does not close the {} at {}: write {}",
                    bracket(*open),
                    self.place(*at),
                    closing(*open)
                )
            }
            SyntaxError::Unopened(found) => format!("'{found}' closes nothing: remove it"),
            SyntaxError::AfterEnd => "more text after the end of the value: remove it".to_owned(),
            SyntaxError::TooDeep => "more than 127 levels of nesting".to_owned(),
            SyntaxError::Unexpected(c) => format!("unexpected {}", character(*c)),
            SyntaxError::Repeated { name, first } => {
                format!("repeated name {}, first at {}: remove one", shown_name(name), self.place(*first))
            }
            SyntaxError::Other(message) => message.clone(),
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

impl LineColumn {
    /// The position of a byte of a text.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let before = &text[..at];
        let start = before.rfind('\n').map_or(0, |feed| feed + 1);
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
        Self { line, column: 1 + before[start..].chars().count() }
    }
}

/// What a bracket starts.
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

/// A name in quotes, truncated to fit a line.
fn shown_name(name: &str) -> String {
    const MAX_NAME_CHARS: usize = 60;
    let cut: String = name.chars().take(MAX_NAME_CHARS).collect();
    let more = if cut.len() < name.len() { "…" } else { "" };
    format!("\"{}{more}\"", escape_controls(&cut))
}
