//! An error in YAML: where it is, what it is, and how to fix it. Never contains values, which may be secret.

use std::fmt;

use saphyr_parser::{Marker, ScanError};

use crate::text::escape_controls;

/// Why a text is not valid YAML, or cannot be read as JSON.
///
/// Displayed as `invalid YAML at line 2 column 10: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    at: Option<Position>,
    mistake: Mistake,
}

/// A position in a text, counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    line: usize,
    column: usize,
}

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        Self { line: marker.line(), column: marker.col() + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// The error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mistake {
    /// No document, or none with a value.
    Empty,
    /// In the words of the parser.
    Syntax(String),
    /// A name that occurs twice in one mapping.
    Repeated { name: String, first: Position },
    /// A list or mapping where a name is expected.
    NameNotText,
    /// Nothing where a name is expected.
    NameMissing,
    /// The merge key of YAML 1.1.
    Merge,
    /// A tag of another type than those of JSON.
    Tag,
    /// A text that has another type than its tag says.
    NotOfTag,
    /// A number that programs read in different ways.
    AmbiguousNumber,
    /// Infinity, or not a number.
    NotFinite,
    /// A hexadecimal or octal number of more than 128 bits.
    TooLarge,
    /// An alias inside its own anchor, or of an anchor in another document.
    Circle,
    /// Aliases repeat too much.
    TooMuchRepeated,
    /// Nested too deeply.
    TooDeep,
    /// A document or an item of the list has more characters than this.
    TooLong(usize),
}

impl YamlError {
    pub(super) fn new(at: impl Into<Position>, mistake: Mistake) -> Self {
        Self { at: Some(at.into()), mistake }
    }

    pub(super) fn empty() -> Self {
        Self { at: None, mistake: Mistake::Empty }
    }

    pub(super) fn syntax(error: &ScanError) -> Self {
        Self::new(*error.marker(), Mistake::Syntax(error.info().to_owned()))
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid YAML")?;
        if let Some(at) = self.at {
            write!(f, " at {at}")?;
        }
        write!(f, ": {}", self.mistake)
    }
}

impl std::error::Error for YamlError {}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty; write a value, such as `name: text`"),
            Self::Syntax(info) => f.write_str(in_words(info)),
            Self::Repeated { name, first } => {
                write!(f, "repeated name {}, first at {first}: remove one", shown_name(name))
            }
            Self::NameNotText => f.write_str("a name must be a string, not a list or a mapping"),
            Self::NameMissing => f.write_str("a name is missing before ':'; an empty one is written \"\""),
            Self::Merge => f.write_str(
                "the merge key << is not part of YAML 1.2: write the members out, or \"<<\" if it is a name",
            ),
            Self::Tag => f.write_str("this tag is not supported: remove it (!…)"),
            Self::NotOfTag => f.write_str("the value is not of the type that its tag names: remove the tag"),
            Self::AmbiguousNumber => f.write_str(
                "programs read a number with a leading + or 0 in different ways: remove the + or 0, or, if it is \
                 text, put it in quotes",
            ),
            Self::NotFinite => f.write_str(
                "JSON has neither infinity nor NaN: write null or a number, or, if it is text, put it in quotes",
            ),
            Self::TooLarge => f.write_str("the number has more than 128 bits: write it in decimal digits"),
            Self::Circle => f.write_str(
                "the alias refers to a value that contains it, or to an anchor of another document: write the value out",
            ),
            Self::TooMuchRepeated => f.write_str("aliases (*) repeat too much: write the values out"),
            Self::TooDeep => f.write_str("more than 127 levels of nesting"),
            Self::TooLong(most) => write!(f, "what ends here has more than {most} characters"),
        }
    }
}

/// What the parser reports, by a part of its message, and the same with its fix.
const WORDS: [(&str, &str); 27] = [
    (
        "found unknown anchor",
        "there is no &anchor of this name above: if the text begins with *, put it in quotes",
    ),
    (
        "did not find expected alphabetic or numeric",
        "a name is missing after & or *: put text that begins with it in quotes",
    ),
    (
        "mapping values are not allowed",
        "a colon is not allowed here: put text that contains \": \" in quotes, or fix the indentation",
    ),
    (
        "illegal placement of ':'",
        "a colon is not allowed here: put text that contains \": \" in quotes, or fix the indentation",
    ),
    ("mapping keys are not allowed", "a name is not allowed here: fix the indentation"),
    (
        "block mapping, did not find expected key",
        "this does not belong to the mapping above: fix the indentation, or add a name and a colon",
    ),
    (
        "did not find expected '-'",
        "this does not belong to the list above: fix the indentation, or begin the line with -",
    ),
    (
        "block sequence entries are not allowed",
        "an item of a list (-) is not allowed here: begin it on a line of its own",
    ),
    (
        "flow mapping, did not find expected ','",
        "',' or '}' is missing before this; put text that begins with { in quotes",
    ),
    (
        "flow sequence, expected ','",
        "',' or ']' is missing before this; put text that begins with [ in quotes",
    ),
    ("misplaced bracket", "this bracket closes nothing: remove it, or put the text in quotes"),
    ("simple key expected", "a colon is missing after the name"),
    (
        "did not find expected node content",
        "a value is missing before this; put text that begins with it in quotes",
    ),
    (
        "indentation in quoted scalar",
        "a quoted string is not closed, or its next lines are not indented: add its quote, or indent them",
    ),
    ("unexpected end of stream", "a quoted string is not closed: add its quote at its end"),
    (
        "unexpected document indicator",
        "--- or ... in a quoted string that is not closed above: add its quote",
    ),
    (
        "trailing content after double-quoted",
        "text after a quoted string: write \\\" for a quote within the string",
    ),
    (
        "unknown escape character",
        "invalid escape in this string: for a backslash write \\\\, or use single quotes",
    ),
    (
        "expected hexadecimal number",
        "invalid escape in this string: \\x requires two hexadecimal digits, \\u four, \\U eight",
    ),
    (
        "invalid Unicode character escape",
        "no such character: write it itself, or as \\U and eight hexadecimal digits",
    ),
    ("tab", "a tab is not allowed here: indent with spaces"),
    ("indentation indicator equal to 0", "invalid indentation indicator: write 1 to 9"),
    (
        "found unprintable character",
        "control character: write it as \\x and two hexadecimal digits, in double quotes",
    ),
    ("indent", "invalid indentation: align this with the lines that it belongs to"),
    ("unexpected character", "text that begins with this character must be in quotes"),
    ("unexpected eof", "the text ends too early"),
    ("recursion limit", "more than 127 levels of nesting"),
];

/// The parser's message with its fix, if it is one of the usual ones.
fn in_words(info: &str) -> &str {
    WORDS.iter().find(|(part, _)| info.contains(part)).map_or(info, |(_, words)| words)
}

/// A name in quotes, truncated to fit a line.
fn shown_name(name: &str) -> String {
    const MAX_NAME_CHARS: usize = 60;
    let cut: String = name.chars().take(MAX_NAME_CHARS).collect();
    let more = if cut.len() < name.len() { "…" } else { "" };
    format!("\"{}{more}\"", escape_controls(&cut))
}
