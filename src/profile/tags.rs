//! Detects names that look like HTML tags but are sent as variables.

use std::collections::{HashMap, HashSet};

use super::body::Body;

/// HTML elements whose names are unlikely as variables. `title`, `source` or `code` are omitted: they are likely.
const TAGS: [&str; 44] = [
    "a",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "td",
    "th",
    "tr",
    "tt",
    "u",
    "ul",
    "wbr",
];

/// A sentence about placeholders of a body that look like tags: the name of an HTML element within other text, or a
/// name that is closed in another case. `known` says whether a variable with this name exists.
#[must_use]
pub fn tags_sent_as_variables(body: &Body, known: &dyn Fn(&str) -> bool) -> Option<String> {
    let ends = end_tags(body.text());
    let looks = |name: &str| {
        let small = name.to_ascii_lowercase();
        let closed = || ends.get(&small).is_some_and(|ends| ends.iter().any(|end| *end != name));
        TAGS.contains(&small.as_str()) || closed()
    };
    let mut seen = HashSet::new();
    let mut names: Vec<&str> = Vec::new();
    for path in body.variables_in_text() {
        let name = path.as_str();
        if seen.insert(name) && looks(name) && !known(path.name()) {
            names.push(name);
        }
    }
    let first = names.first()?;
    let list = names.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" ");
    let look = if names.len() == 1 {
        "looks like a tag and is sent as a variable"
    } else {
        "look like tags and are sent as variables"
    };
    Some(format!("{list} {look}: close with </{first}>, or write <<{first}>"))
}

/// No tag name is longer.
const MAX_TAG_BYTES: usize = 512;

/// The names in the end tags of a text as written, by their lower-case forms.
fn end_tags(text: &str) -> HashMap<String, HashSet<&str>> {
    let mut ends: HashMap<String, HashSet<&str>> = HashMap::new();
    for (at, start) in text.match_indices("</") {
        let from = at + start.len();
        let end = text.as_bytes()[from..].iter().take(MAX_TAG_BYTES).position(|byte| *byte == b'>');
        if let Some(name) = end.map(|length| &text[from..from + length]) {
            ends.entry(name.to_ascii_lowercase()).or_default().insert(name);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Option<String> {
        tags_sent_as_variables(&Body::parse(text, None), &|name| name == "i")
    }

    #[test]
    fn names_that_look_like_tags_are_reported() {
        let one = "<br> looks like a tag and is sent as a variable: close with </br>, or write <<br>";
        assert_eq!(message("{\"html\":\"a<br>b <status>\"}").as_deref(), Some(one));
        let two = "<br> <P> look like tags and are sent as variables: close with </br>, or write <<br>";
        assert_eq!(message("a <br>b<br> <P>").as_deref(), Some(two));
        assert!(message("<r><Id>7</id></r>").is_some_and(|message| message.starts_with("<Id> looks")));
    }

    /// Searching again for each placeholder would take minutes.
    #[test]
    fn a_long_body_is_scanned_in_linear_time() {
        let member = |n: usize| format!("\"m{n}\":\"<id> of <status>, <v{n}>\"");
        let body: String = (0..20_000).map(member).collect::<Vec<_>>().join(",");
        let body = Body::parse(&format!("{{{body},\"x\":\"<V7>a</v7> <b>\"}}"), None);
        let message = tags_sent_as_variables(&body, &|_| false).unwrap();
        assert_eq!(
            message,
            "<V7> <b> look like tags and are sent as variables: close with </V7>, or write <<V7>"
        );
    }

    #[test]
    fn placeholders_are_not_tags() {
        for text in [
            "a=<a>&b=<b>",
            "{\"a\":\"<a>\",\"b\":<b>}",
            "<p>",
            "dear <name>, <i>",
            "<r><id><id></id></r>",
            "<b>x</b> <<br> <status>",
        ] {
            assert_eq!(message(text), None, "{text}");
        }
    }
}
