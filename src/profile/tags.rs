//! What looks like a tag of HTML and is sent as a variable.

use super::body::Body;

/// Elements of HTML whose names are hardly those of variables. `title`, `source` or `code` are left
/// out: they are.
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

/// A sentence about what looks like a tag among the placeholders of a body: the name of an element of
/// HTML within other text, or one that is closed in other letters. `known` says whether a variable of
/// this name has a value.
#[must_use]
pub fn tags_sent_as_variables(body: &Body, known: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for path in body.variables_in_text() {
        let name = path.as_str();
        let closed = || closes_in_other_letters(body.text(), name);
        let looks = TAGS.contains(&name.to_ascii_lowercase().as_str()) || closed();
        if looks && !known(path.name()) && !names.contains(&name) {
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

/// Whether the text has `</Name>` for a `<name>`.
fn closes_in_other_letters(text: &str, name: &str) -> bool {
    text.match_indices("</").any(|(at, _)| {
        let end = at + 2 + name.len();
        let closes =
            text.get(at + 2..end).is_some_and(|found| found != name && found.eq_ignore_ascii_case(name));
        closes && text[end..].starts_with('>')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        tags_sent_as_variables(&Body::parse(text, None), &|name| name == "i")
    }

    #[test]
    fn what_looks_like_a_tag_is_named() {
        let one = "<br> looks like a tag and is sent as a variable: close with </br>, or write <<br>";
        assert_eq!(said("{\"html\":\"a<br>b <status>\"}").as_deref(), Some(one));
        let two = "<br> <P> look like tags and are sent as variables: close with </br>, or write <<br>";
        assert_eq!(said("a <br>b<br> <P>").as_deref(), Some(two));
        assert!(said("<r><Id>7</id></r>").is_some_and(|said| said.starts_with("<Id> looks")));
    }

    #[test]
    fn placeholders_are_no_tags() {
        for text in [
            "a=<a>&b=<b>",
            "{\"a\":\"<a>\",\"b\":<b>}",
            "<p>",
            "dear <name>, <i>",
            "<r><id><id></id></r>",
            "<b>x</b> <<br> <status>",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
