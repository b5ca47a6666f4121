//! Finds the first error in an invalid JSON text, and a name that occurs twice in one object.
//!
//! `serde_json` decides what is valid JSON; this finds out what a person has to change. Only rejected texts are
//! scanned.

use std::collections::HashMap;

use super::error::{JsonError, LineColumn, SyntaxError, closing};
use super::literal;

/// The nesting limit of `serde_json`.
const DEEPEST: usize = 127;

/// A scan of a text for its first error.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// The open brackets, with their positions.
    open: Vec<(char, usize)>,
    repeated: Option<JsonError>,
}

/// The result of a scan.
pub(super) struct Scanned {
    /// The first error, if there is one.
    pub(super) syntax: Result<(), JsonError>,
    /// The first name that occurs twice in one object, as far as the text could be scanned.
    pub(super) repeated: Option<JsonError>,
}

/// How the item of an object or array ended.
#[derive(PartialEq, Eq)]
enum After {
    Comma(usize),
    Closed,
}

impl<'a> Scan<'a> {
    /// Scans a text from this byte on.
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, open: Vec::new(), repeated: None }
    }

    pub(super) fn run(mut self) -> Scanned {
        let syntax = self.whole();
        Scanned { syntax, repeated: self.repeated }
    }

    fn whole(&mut self) -> Result<(), JsonError> {
        let starts_with_quote = self.peek() == Some('"');
        self.value()?;
        match self.following(starts_with_quote)? {
            None => Ok(()),
            Some(found @ ('}' | ']')) => Err(self.here(SyntaxError::Unopened(found))),
            Some(_) => Err(self.here(SyntaxError::AfterEnd)),
        }
    }

    fn value(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            None => Err(match self.open.last() {
                Some(&(open, at)) => {
                    self.here(SyntaxError::NoValue { open, at: LineColumn::of(self.text, at) })
                }
                None => JsonError::empty(),
            }),
            Some('{') => self.within('{', Self::members),
            Some('[') => self.within('[', Self::items),
            Some('"') => self.string().map(drop),
            Some(c) if c.is_alphanumeric() || "+-._$@".contains(c) => {
                let word = literal::word(&self.text[self.at..]);
                if let Some(mistake) = literal::mistake(word) {
                    return Err(self.here(mistake));
                }
                self.at += word.len();
                Ok(())
            }
            Some(c @ ('}' | ']' | ',' | ':')) => Err(self.here(SyntaxError::ValueMissing { before: c })),
            Some(c) => Err(self.here(strange(c))),
        }
    }

    /// The contents of a bracket.
    fn within(
        &mut self,
        open: char,
        inside: fn(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        if self.open.len() == DEEPEST {
            return Err(self.here(SyntaxError::TooDeep));
        }
        self.open.push((open, self.at));
        self.at += open.len_utf8();
        if self.peek() == Some(closing(open)) {
            self.at += 1;
        } else {
            inside(self)?;
        }
        self.open.pop();
        Ok(())
    }

    fn items(&mut self) -> Result<(), JsonError> {
        loop {
            let is_string = self.peek() == Some('"');
            self.value()?;
            match self.after(is_string)? {
                After::Closed => return Ok(()),
                After::Comma(at) => self.no_close_after(at, ']')?,
            }
        }
    }

    fn members(&mut self) -> Result<(), JsonError> {
        let mut names = HashMap::new();
        loop {
            match self.peek() {
                Some('"') => {}
                None => return Err(self.unended()),
                Some(']') => return Err(self.here(self.mismatch(']'))),
                Some(_) => {
                    let mistake = match self.peek() {
                        Some(c @ ('/' | '#' | '\'' | '“' | '”' | '„')) => strange(c),
                        _ => SyntaxError::NameUnquoted,
                    };
                    return Err(self.here(mistake));
                }
            }
            let start = self.at;
            let name = self.string()?;
            self.note(&mut names, name, start);
            match self.peek() {
                Some(':') => self.at += 1,
                None => return Err(self.unended()),
                Some(_) => return Err(self.here(SyntaxError::ColonMissing)),
            }
            let is_string = self.peek() == Some('"');
            self.value()?;
            match self.after(is_string)? {
                After::Closed => return Ok(()),
                After::Comma(at) => self.no_close_after(at, '}')?,
            }
        }
    }

    /// Records the position of a name, and the first name that occurs twice.
    fn note(&mut self, names: &mut HashMap<String, usize>, name: &str, start: usize) {
        // Two spellings of one name are the same name.
        let Ok(name) = serde_json::from_str::<String>(name) else { return };
        if let Some(first) = names.insert(name.clone(), start)
            && self.repeated.is_none()
        {
            let first = LineColumn::of(self.text, first);
            let at = LineColumn::of(self.text, start);
            self.repeated = Some(JsonError::new(at, SyntaxError::Repeated { name, first }));
        }
    }

    /// Reads a comma, or the bracket that closes the current one.
    fn after(&mut self, was_string: bool) -> Result<After, JsonError> {
        let open = self.open.last().map_or('{', |(open, _)| *open);
        match self.following(was_string)? {
            None => Err(self.unended()),
            Some(',') => {
                self.at += 1;
                Ok(After::Comma(self.at - 1))
            }
            Some(c) if c == closing(open) => {
                self.at += 1;
                Ok(After::Closed)
            }
            Some(c @ ('}' | ']')) => Err(self.here(self.mismatch(c))),
            Some(c @ ('/' | '#')) => Err(self.here(strange(c))),
            Some(_) => Err(self.here(SyntaxError::CommaMissing)),
        }
    }

    /// The character after a value. Letters directly after a string were meant to be part of it.
    fn following(&mut self, was_string: bool) -> Result<Option<char>, JsonError> {
        let adjacent = self.text[self.at..].chars().next();
        if was_string && adjacent.is_some_and(char::is_alphanumeric) {
            return Err(self.here(SyntaxError::AfterString));
        }
        Ok(self.peek())
    }

    fn no_close_after(&mut self, comma: usize, close: char) -> Result<(), JsonError> {
        if self.peek() == Some(close) {
            return Err(self.at(comma, SyntaxError::ExtraComma { before: close }));
        }
        Ok(())
    }

    /// Reads a string, and returns it with its quotes.
    fn string(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        let mut rest = self.text[start + 1..].char_indices();
        while let Some((offset, c)) = rest.next() {
            self.at = start + 1 + offset;
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(&self.text[start..self.at]);
                }
                '\\' => {
                    let length = self.escape()?;
                    // The backslash was read already; the rest of an escape is ASCII.
                    rest.nth(length - 2);
                }
                '\n' | '\r' => {
                    return Err(
                        self.here(SyntaxError::LineBreak { string: LineColumn::of(self.text, start) })
                    );
                }
                '\0'..'\u{20}' => return Err(self.here(SyntaxError::Control(c))),
                _ => {}
            }
        }
        self.at = self.text.len();
        Err(self.here(SyntaxError::Unclosed { open: '"', at: LineColumn::of(self.text, start) }))
    }

    /// The length of the escape that starts here.
    fn escape(&self) -> Result<usize, JsonError> {
        const LONG: usize = "\\u0000".len();
        match &self.text.as_bytes()[self.at..] {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Ok(2),
            [_, b'u', ..] => {
                let surrogate = || self.here(SyntaxError::Surrogate);
                let unit = |at| self.unit(at).ok_or_else(|| self.here(SyntaxError::HexEscape));
                match unit(self.at)? {
                    0xD800..=0xDBFF => match self.unit(self.at + LONG) {
                        Some(0xDC00..=0xDFFF) => Ok(2 * LONG),
                        _ => Err(surrogate()),
                    },
                    0xDC00..=0xDFFF => Err(surrogate()),
                    _ => Ok(LONG),
                }
            }
            _ => Err(self.here(SyntaxError::Escape)),
        }
    }

    /// The code unit of an escape such as `\u0000`.
    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    }

    /// The error that the text ends too early.
    fn unended(&self) -> JsonError {
        match self.open.last() {
            Some(&(open, at)) => self.here(SyntaxError::Unclosed { open, at: LineColumn::of(self.text, at) }),
            None => JsonError::empty(),
        }
    }

    fn mismatch(&self, found: char) -> SyntaxError {
        match self.open.last() {
            Some(&(open, at)) => SyntaxError::Mismatch { found, open, at: LineColumn::of(self.text, at) },
            None => SyntaxError::Unopened(found),
        }
    }

    fn here(&self, mistake: SyntaxError) -> JsonError {
        self.at(self.at, mistake)
    }

    fn at(&self, at: usize, mistake: SyntaxError) -> JsonError {
        JsonError::new(LineColumn::of(self.text, at), mistake)
    }

    /// The next character that is not white space; none at the end.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        let more = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.at += rest.len() - more.len();
        more.chars().next()
    }
}

/// The error for a character that neither starts nor ends a value.
fn strange(c: char) -> SyntaxError {
    match c {
        '\'' | '`' | '‘' | '’' | '“' | '”' | '„' | '«' | '»' => SyntaxError::Quotes,
        '/' | '#' => SyntaxError::Comment,
        _ => SyntaxError::Unexpected(c),
    }
}
