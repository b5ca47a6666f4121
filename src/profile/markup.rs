//! A body in XML or HTML, split into pieces by the position of each placeholder.

use super::elements::{Elements, Syntax, aside};
use super::path::Path;
use super::template::bracket_at;

/// A piece of a markup body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkupPart {
    /// Sent unchanged: everything typed except placeholders.
    Text(String),
    /// Replaced by a value, escaped for its position.
    Variable(Path, MarkupPlace),
}

/// The position of a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkupPlace {
    /// Between tags.
    Text,
    /// In the quoted value of an attribute.
    Quoted,
    /// In a tag, outside quotes.
    Tag,
    /// In a CDATA section.
    CData,
}

/// A body that is XML or HTML once its placeholders are replaced. Nothing is replaced in comments, processing
/// instructions and the document type (our decision: text in a comment cannot be escaped).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkupTemplate {
    syntax: Syntax,
    parts: Vec<MarkupPart>,
}

impl MarkupTemplate {
    /// Parses a markup body; any text is valid.
    pub(super) fn parse(text: &str, syntax: Syntax) -> Self {
        Self { syntax, parts: Scanner::new(text, syntax).run().0 }
    }

    /// The byte offsets of the placeholders in such a body.
    pub(super) fn starts(text: &str, syntax: Syntax) -> Vec<usize> {
        Scanner::new(text, syntax).run().1
    }

    /// XML or HTML.
    #[must_use]
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// The pieces in order.
    #[must_use]
    pub fn parts(&self) -> &[MarkupPart] {
        &self.parts
    }

    /// The placeholders in order, including repeated ones.
    pub fn variables(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            MarkupPart::Variable(path, _) => Some(path),
            MarkupPart::Text(_) => None,
        })
    }
}

/// Whether a body without Content-Type is markup, judging by its first tag. A placeholder is not a tag.
pub(super) fn syntax_of(text: &str) -> Option<Syntax> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let starts = |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    if starts("<!doctype html") || starts("<html>") || starts("<html ") {
        return Some(Syntax::Html);
    }
    if starts("<?xml") || starts("<!--") || starts("<!doctype") {
        return Some(Syntax::Xml);
    }
    let tag = text.strip_prefix('<')?;
    let elements = Elements::of_markup(text, Syntax::Xml);
    let name_end = tag.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<'))?;
    let with_more = name_end > 0
        && tag.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && (tag[name_end..].starts_with("/>") || has_attribute(&tag[name_end..]));
    (elements.start_at(0) || with_more).then_some(Syntax::Xml)
}

/// Whether a tag's name is followed by ` name=`, or by nothing but blanks and the end of the tag.
fn has_attribute(behind: &str) -> bool {
    let attribute = behind.trim_start();
    if attribute.len() == behind.len() {
        return false;
    }
    let name_end = attribute.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')));
    let (name, rest) = attribute.split_at(name_end.unwrap_or(attribute.len()));
    let rest = rest.trim_start();
    if name.is_empty() { rest.starts_with('>') || rest.starts_with("/>") } else { rest.starts_with('=') }
}

enum State {
    Text,
    Tag { quote: Option<char> },
    CData,
}

const CDATA: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";

struct Scanner<'a> {
    text: &'a str,
    done: usize,
    elements: Elements,
    state: State,
    plain: String,
    parts: Vec<MarkupPart>,
    starts: Vec<usize>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, syntax: Syntax) -> Self {
        let elements = Elements::of_markup(text, syntax);
        let (plain, parts, starts) = (String::new(), Vec::new(), Vec::new());
        Self { text, done: 0, elements, state: State::Text, plain, parts, starts }
    }

    fn run(mut self) -> (Vec<MarkupPart>, Vec<usize>) {
        while let Some(c) = self.text[self.done..].chars().next() {
            let rest = &self.text[self.done..];
            match self.state {
                State::Text if rest.starts_with(CDATA) => {
                    self.state = State::CData;
                    self.keep(CDATA.len());
                }
                State::CData if rest.starts_with(CDATA_END) => {
                    self.state = State::Text;
                    self.keep(CDATA_END.len());
                }
                State::Text if c == '<' && aside(rest).is_some() => {
                    self.keep(aside(rest).unwrap_or(1));
                }
                State::Tag { quote: None } if c == '>' => {
                    self.state = State::Text;
                    self.keep(1);
                }
                State::Tag { quote } if matches!(c, '"' | '\'') => {
                    let quote = if quote.is_none() { Some(c) } else { quote.filter(|open| *open != c) };
                    self.state = State::Tag { quote };
                    self.keep(1);
                }
                _ if c == '<' => self.bracket(),
                _ => self.keep(c.len_utf8()),
            }
        }
        self.flush();
        (self.parts, self.starts)
    }

    fn bracket(&mut self) {
        let rest = &self.text[self.done..];
        let bracket = bracket_at(rest, self.done, &self.elements);
        self.plain.extend(std::iter::repeat_n('<', bracket.sent));
        self.done += bracket.typed;
        let place = match self.state {
            State::Text => MarkupPlace::Text,
            State::Tag { quote: Some(_) } => MarkupPlace::Quoted,
            State::Tag { quote: None } => MarkupPlace::Tag,
            State::CData => MarkupPlace::CData,
        };
        if let Some(path) = bracket.variable {
            self.flush();
            self.starts.push(self.done - path.placeholder_length());
            self.parts.push(MarkupPart::Variable(path, place));
        } else if matches!(self.state, State::Text)
            && self.text[self.done..].starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '_'))
        {
            self.state = State::Tag { quote: None };
        }
    }

    fn keep(&mut self, bytes: usize) {
        self.plain.push_str(&self.text[self.done..self.done + bytes]);
        self.done += bytes;
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            self.parts.push(MarkupPart::Text(std::mem::take(&mut self.plain)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places(text: &str) -> Vec<(String, MarkupPlace)> {
        let parts = MarkupTemplate::parse(text, Syntax::Xml).parts;
        let placed = |part| match part {
            MarkupPart::Variable(path, place) => Some((Path::as_str(&path).to_owned(), place)),
            MarkupPart::Text(_) => None,
        };
        parts.into_iter().filter_map(placed).collect()
    }

    #[test]
    fn the_position_of_each_variable_is_known() {
        let text = "<?xml version='1.0'?><!-- <no> --><a x=\"1><q>\" y=<u> z='<r>\"'><t><![CDATA[<b>x</b><c>]]></a><e>";
        let wanted = [
            ("q", MarkupPlace::Quoted),
            ("u", MarkupPlace::Tag),
            ("r", MarkupPlace::Quoted),
            ("t", MarkupPlace::Text),
            ("c", MarkupPlace::CData),
            ("e", MarkupPlace::Text),
        ];
        assert_eq!(places(text), wanted.map(|(name, place)| (name.to_owned(), place)));
    }

    #[test]
    fn the_first_tag_distinguishes_markup_from_text() {
        for (text, wanted) in [
            ("<?xml version=\"1.0\"?><id>", Some(Syntax::Xml)),
            (" \u{feff}\n<dlr><id></dlr>", Some(Syntax::Xml)),
            ("<dlr id=\"<id>\"/>", Some(Syntax::Xml)),
            ("<dlr/>", Some(Syntax::Xml)),
            ("<dlr >x</dlr >", Some(Syntax::Xml)),
            ("<!DOCTYPE html><p>", Some(Syntax::Html)),
            ("<HTML><p>", Some(Syntax::Html)),
            ("<name> has read it", None),
            ("<name> has <b>read</b> it", None),
            ("<id>", None),
            ("<a>=<b>&c=<d>", None),
            ("<- an arrow <id>", None),
            ("<me and you> said <b>", None),
            ("x <b>y</b>", None),
            ("<<id> x", None),
        ] {
            assert_eq!(syntax_of(text), wanted, "{text}");
        }
    }

    proptest! {
        /// Without placeholders the text is sent as typed.
        #[test]
        fn text_without_placeholders_is_one_piece(
            text in "(<a>|</a>|<b x=\"1\">|</b>|<c/>|<!-- <x> -->|<!\\[CDATA\\[|\\]\\]>|&amp;|[ \\na-z>\"'é&;]){0,30}",
        ) {
            let text = text.replace("<a>", "<a x=''>");
            let sent: String = MarkupTemplate::parse(&text, Syntax::Html).parts.into_iter().map(|part| match part {
                MarkupPart::Text(text) => text,
                MarkupPart::Variable(path, _) => path.to_string(),
            }).collect();
            prop_assert_eq!(sent, text);
        }
    }
}
