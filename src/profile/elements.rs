//! Detects which `<name>` in a body is an XML or HTML element rather than a placeholder: one that the same text
//! closes with `</name>`.
//!
//! `<id><id></id>` has one end and two starts: the outer is the element, the inner the placeholder.
//! `<div><div></div></div>` has as many ends as starts, and no placeholder.

use std::borrow::Cow;
use std::collections::HashMap;

use super::path::placeholder_at;

/// The language of a markup body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// XML 1.0.
    Xml,
    /// HTML: case-insensitive names, and elements without an end.
    Html,
}

/// Elements of HTML that have neither an end nor, as a rule, attributes.
const WITHOUT_END: [&str; 3] = ["br", "hr", "wbr"];

/// The maximum length in bytes of a start tag with attributes: without a limit, a text full of quotes would be
/// scanned again from each `<`.
const LONGEST_TAG: usize = 8 << 10;

/// Where the elements start: the bytes of their `<`, ascending.
#[derive(Debug, Default)]
pub(super) struct Elements(Vec<usize>);

impl Elements {
    /// The elements in text that may contain markup, such as a JSON string.
    pub(super) fn of_text(text: &str) -> Self {
        // Most texts have none, and this is checked for each string.
        if !text.contains("</") && !text.contains("<\\/") {
            return Self::default();
        }
        Self(matched(&tags(text, None)))
    }

    /// The elements of a document.
    pub(super) fn of_markup(text: &str, syntax: Syntax) -> Self {
        let tags = tags(text, Some(syntax));
        let mut found = matched(&tags);
        if syntax == Syntax::Html {
            let endless = tags.iter().filter(|tag| WITHOUT_END.contains(&&*tag.name));
            found.extend(endless.filter_map(|tag| tag.start));
            found.sort_unstable();
            found.dedup();
        }
        Self(found)
    }

    /// Whether the `<` at this byte starts an element.
    pub(super) fn start_at(&self, at: usize) -> bool {
        self.0.binary_search(&at).is_ok()
    }
}

/// A start tag or an end tag.
struct Tag<'a> {
    name: Cow<'a, str>,
    /// The byte of its `<`; none for an end.
    start: Option<usize>,
    /// It has attributes, so it is not a placeholder.
    certain: bool,
}

/// The length of a comment, a processing instruction or a document type at the start of a text: it contains no tags
/// or placeholders.
pub(super) fn aside(text: &str) -> Option<usize> {
    let to = |end: &str| Some(text.find(end).map_or(text.len(), |at| at + end.len()));
    // The end must not overlap the start: `<!-->` is not a comment.
    if let Some(inside) = text.strip_prefix("<!--") {
        return Some(inside.find("-->").map_or(text.len(), |at| 4 + at + 3));
    }
    if text.starts_with("<?") {
        return to("?>");
    }
    let is_doctype = text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    if is_doctype {
        // A document type may contain declarations in brackets.
        return match text.find(['>', '[']) {
            Some(end) if text[end..].starts_with('>') => Some(end + 1),
            Some(_) => to("]>"),
            None => Some(text.len()),
        };
    }
    None
}

fn tags(text: &str, markup: Option<Syntax>) -> Vec<Tag<'_>> {
    let named = |name| match markup {
        Some(Syntax::Html) => Cow::Owned(str::to_ascii_lowercase(name)),
        _ => Cow::Borrowed(name),
    };
    let mut tags = Vec::new();
    let mut done = 0;
    while let Some(found) = text[done..].find('<') {
        let run = text[done + found..].bytes().take_while(|byte| *byte == b'<').count();
        let at = done + found + run - 1;
        let rest = &text[at..];
        done = at + 1;
        if let Some(length) = markup.and_then(|_| aside(rest)) {
            done = at + length;
        } else if let Some((name, length)) = end_tag(rest) {
            tags.push(Tag { name: named(name), start: None, certain: false });
            done = at + length;
        } else if let Some((path, length)) = placeholder_at(rest) {
            // An even run is a literal `<`.
            if run % 2 == 1 {
                let name = &rest[1..=path.as_str().len()];
                tags.push(Tag { name: named(name), start: Some(at), certain: false });
            }
            done = at + length;
        } else if let Some((name, length)) = tag_with_attributes(rest) {
            let closed = rest[..length].ends_with("/>");
            if !closed {
                tags.push(Tag { name: named(name), start: Some(at), certain: true });
            }
            done = at + length;
        }
    }
    tags
}

/// The name of the end tag at the start of a text, and its length. In JSON its `/` may be escaped.
fn end_tag(text: &str) -> Option<(&str, usize)> {
    let inside = text.strip_prefix("</").or_else(|| text.strip_prefix("<\\/"))?;
    let name = tag_name(inside)?;
    let behind = inside[name.len()..].trim_start().strip_prefix('>')?;
    Some((name, text.len() - behind.len()))
}

/// The name of the start tag with attributes at the start of a text, and its length.
fn tag_with_attributes(text: &str) -> Option<(&str, usize)> {
    let name = tag_name(text.strip_prefix('<')?)?;
    let from = 1 + name.len();
    if !text[from..].starts_with(|c: char| c.is_ascii_whitespace()) {
        return None;
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(from).take(LONGEST_TAG) {
        match (byte, quote) {
            (b'>', None) => return Some((name, at + 1)),
            (b'<', None) if placeholder_at(&text[at..]).is_none() => return None,
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}

/// The name at the start of a text, close to XML's rules: letters first, then digits and `.-_:` too.
fn tag_name(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    let rest = |c: char| letter(c) || c.is_ascii_digit() || matches!(c, '.' | '-' | ':');
    letter(first).then(|| &text[..text.find(|c| !rest(c)).unwrap_or(text.len())])
}

/// The starts that have an end. Of several starts for one end the outermost is used, so that those inside it are
/// placeholders; but not a start that a later end needs, nor one within an element that has ended, unless there is no
/// other.
fn matched(tags: &[Tag]) -> Vec<usize> {
    let needed = needed_later(tags);
    let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut ended = Ended::default();
    let mut found = Vec::new();
    for (at, tag) in tags.iter().enumerate() {
        let starts = open.entry(&tag.name).or_default();
        if tag.start.is_some() {
            starts.push(at);
            continue;
        }
        let Some(last) = starts.len().checked_sub(1) else { continue };
        let kept = needed[at].min(last);
        let free = |index: &usize| !ended.holds(starts[*index]);
        let certain = (kept..=last).rev().filter(free).find(|index| tags[starts[*index]].certain);
        let pick = certain.or_else(|| (kept..=last).find(free)).unwrap_or(last);
        let start = starts[pick];
        found.extend(tags[start].start);
        // Each start is examined once: skipped ones are placeholders.
        starts.truncate(if certain.is_some() { pick } else { kept });
        ended.add(start, at);
    }
    found.sort_unstable();
    found
}

/// For each tag, how many starts before it the ends after it need, by name.
fn needed_later(tags: &[Tag]) -> Vec<usize> {
    let mut needed: HashMap<&str, usize> = HashMap::new();
    let mut later: Vec<usize> = tags
        .iter()
        .rev()
        .map(|tag| {
            let of_name = needed.entry(&tag.name).or_default();
            let behind = *of_name;
            *of_name = if tag.start.is_some() { behind.saturating_sub(1) } else { behind + 1 };
            behind
        })
        .collect();
    later.reverse();
    later
}

/// The elements that have ended, outermost only, as first and last tag.
#[derive(Default)]
struct Ended(Vec<(usize, usize)>);

impl Ended {
    fn add(&mut self, start: usize, end: usize) {
        while self.0.last().is_some_and(|(inner, _)| *inner > start) {
            self.0.pop();
        }
        self.0.push((start, end));
    }

    fn holds(&self, tag: usize) -> bool {
        let behind = self.0.partition_point(|(start, _)| *start < tag);
        behind.checked_sub(1).is_some_and(|last| tag < self.0[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text with each element's `<` as `{`.
    fn marked(text: &str, elements: &Elements) -> String {
        text.char_indices().map(|(at, c)| if elements.start_at(at) { '{' } else { c }).collect()
    }

    #[test]
    fn a_closed_tag_is_an_element() {
        for (text, wanted) in [
            ("<dlr><id><id></id></dlr>", "{dlr>{id><id></id></dlr>"),
            ("<b>hi</b> <status>", "{b>hi</b> <status>"),
            ("<b>hi<\\/b> <status>", "{b>hi<\\/b> <status>"),
            ("<div><div>x</div></div>", "{div>{div>x</div></div>"),
            ("<div><div><div></div></div>", "{div>{div><div></div></div>"),
            ("<id><id></id><id><id></id>", "{id><id></id>{id><id></id>"),
            ("<id><x><id><id></id></x></id>", "{id>{x>{id><id></id></x></id>"),
            ("<a><id></a><id><id></id>", "{a><id></a>{id><id></id>"),
            ("<id a=\"1\"><id></id>", "{id a=\"1\"><id></id>"),
            ("<id><id a=\"<id>\"><id></id>", "<id>{id a=\"<id>\"><id></id>"),
            ("<b><i>x</b></i>", "{b>{i>x</b></i>"),
            ("<s:Body><s:id><s:id></s:id></s:Body>", "{s:Body>{s:id><s:id></s:id></s:Body>"),
            ("<id></id >", "{id></id >"),
            ("<id/><id>", "<id/><id>"),
            ("</id><id>", "</id><id>"),
            ("<<id><id></id>", "<<id>{id></id>"),
            ("<B>x</b>", "<B>x</b>"),
            ("<id> </identity>", "<id> </identity>"),
        ] {
            assert_eq!(marked(text, &Elements::of_text(text)), wanted, "{text}");
            assert_eq!(marked(text, &Elements::of_markup(text, Syntax::Xml)), wanted, "{text}");
        }
    }

    #[test]
    fn html_names_are_case_insensitive_and_some_elements_have_no_end_tag() {
        let text = "<P>a<br>b</p><br/><status>";
        assert_eq!(marked(text, &Elements::of_markup(text, Syntax::Html)), "{P>a{br>b</p><br/><status>");
        assert_eq!(marked(text, &Elements::of_markup(text, Syntax::Xml)), text);
    }

    #[test]
    fn comments_contain_no_tags() {
        let text = "<!-- <id> --><id><id></id><!-- </x> --><x>";
        let wanted = "<!-- <id> -->{id><id></id><!-- </x> --><x>";
        assert_eq!(marked(text, &Elements::of_markup(text, Syntax::Xml)), wanted);
    }

    #[test]
    fn a_million_bytes_of_tags_are_parsed_in_linear_time() {
        // Each of these would take minutes if each end examined all starts.
        for text in [
            "<i>".repeat(80_000) + &"</b>".repeat(80_000),
            "<b>".repeat(60_000) + &"<i>".repeat(60_000) + &"</b>".repeat(60_000) + &"</i>".repeat(60_000),
            "<a ".repeat(300_000) + "</a>",
            "<a \"'".repeat(200_000) + "</a>",
            "<b><i></b>".repeat(90_000) + "</i>",
        ] {
            Elements::of_text(&text);
        }
    }

    /// Well-formed markup with placeholders between its elements, and where the elements are.
    fn document() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![Just(String::new()), Just("text".to_owned()), Just("<id>".to_owned())];
        leaf.prop_recursive(4, 24, 4, |inner| {
            ("[abx]|id", proptest::collection::vec(inner, 0..3))
                .prop_map(|(name, inner)| format!("<{name}>{}</{name}>", inner.concat()))
        })
    }

    proptest! {
        /// If no placeholder has the name of an element, each start is an element and no placeholder is one.
        #[test]
        fn other_names_are_never_accepted(text in document()) {
            let text = text.replace("<id>", "<PLACE>").replace("</id>", "").replace("<PLACE>", "<id>");
            let found = Elements::of_text(&text);
            let wanted: String = text.replace("<id>", "\0").replace('<', "{").replace("{/", "</").replace('\0', "<id>");
            prop_assert_eq!(marked(&text, &found), wanted);
        }

        /// As many elements as ends, if each end has its start.
        #[test]
        fn each_end_has_a_start(text in document()) {
            let found = Elements::of_text(&text);
            prop_assert_eq!(found.0.len(), text.matches("</").count());
        }

        #[test]
        fn any_text_is_parsed(text in "([<>/ab\"' !\\-?\\[\\]é]|<!--|-->|<!DOCTYPE|<\\?|\\?>|</a>|<a>){0,40}") {
            for syntax in [Syntax::Xml, Syntax::Html] {
                Elements::of_markup(&text, syntax);
            }
            Elements::of_text(&text);
        }
    }
}
