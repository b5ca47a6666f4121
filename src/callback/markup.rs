//! Bodies in XML and HTML: values are escaped, and all else is sent as typed.

use super::RenderError;
use super::resolve::Resolver;
use super::trace::{Escaping, Spot};
use crate::profile::{MarkupPart, MarkupPlace, MarkupTemplate};

/// A body typed as markup, with its values.
pub(super) fn from_template(
    template: &MarkupTemplate,
    resolver: &mut Resolver,
) -> Result<String, RenderError> {
    let mut body = String::new();
    for part in template.parts() {
        match part {
            MarkupPart::Text(text) => body.push_str(text),
            MarkupPart::Variable(path, place) => {
                let start = body.len();
                let escaping = match place {
                    MarkupPlace::Text => Escaping::Markup,
                    MarkupPlace::Quoted => Escaping::Attribute,
                    MarkupPlace::Tag => Escaping::Unquoted,
                    MarkupPlace::CData => Escaping::CData,
                };
                body.push_str(&escaped(&resolver.text(path)?, *place));
                resolver.sent(escaping, Spot::Value, &body[start..]);
            }
        }
    }
    Ok(body)
}

/// A value as it is written there, so that a parser of XML reads the value again. The characters that
/// XML 1.0 cannot hold at all (section 2.2) become U+FFFD: a stray control character in a message is
/// no reason to lose the callback.
pub(super) fn escaped(value: &str, place: MarkupPlace) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars().map(|c| if is_xml(c) { c } else { '\u{fffd}' }) {
        match (c, place) {
            (_, MarkupPlace::CData) => out.push(c),
            ('&', _) => out.push_str("&amp;"),
            ('<', _) => out.push_str("&lt;"),
            ('>', _) => out.push_str("&gt;"),
            // A parser would read a line feed.
            ('\r', _) => out.push_str("&#13;"),
            ('"', MarkupPlace::Quoted) => out.push_str("&quot;"),
            ('\'', MarkupPlace::Quoted) => out.push_str("&#39;"),
            // In an attribute a parser would read a space.
            ('\t' | '\n', MarkupPlace::Quoted) => push_number(&mut out, c),
            (c, MarkupPlace::Tag) if c.is_ascii() && !c.is_ascii_alphanumeric() => push_number(&mut out, c),
            _ => out.push(c),
        }
    }
    if place == MarkupPlace::CData { in_cdata(&out) } else { out }
}

fn push_number(out: &mut String, c: char) {
    out.push_str("&#");
    out.push_str(&u32::from(c).to_string());
    out.push(';');
}

/// The section ends and begins anew where the value, alone or with the text around it, would end it.
fn in_cdata(value: &str) -> String {
    const ANEW: &str = "]]><![CDATA[";
    let before = if value.starts_with([']', '>']) { ANEW } else { "" };
    let behind = if value.ends_with(']') { ANEW } else { "" };
    // A section has no references, and a carriage return needs one.
    let inside = value.replace("]]>", "]]]]><![CDATA[>").replace('\r', "]]>&#13;<![CDATA[");
    format!("{before}{inside}{behind}")
}

/// The characters of XML 1.0, section 2.2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::callback::sample::{body, header, profile, rendered, values, with_body};

    #[test]
    fn values_are_escaped_for_their_place() {
        let values = values(json!({"v": "a<b>&\"'\r\n]]>", "id": "7", "o": {"k": "<"}}));
        for (typed, wanted) in [
            ("<r><v><v></v></r>", "<r><v>a&lt;b&gt;&amp;\"'&#13;\n]]&gt;</v></r>"),
            ("<r a=\"<v>\"/>", "<r a=\"a&lt;b&gt;&amp;&quot;&#39;&#13;&#10;]]&gt;\"/>"),
            ("<r><![CDATA[<v>]]></r>", "<r><![CDATA[a<b>&\"']]>&#13;<![CDATA[\n]]]]><![CDATA[>]]></r>"),
            ("<r><o><o></o><missing></r>", "<r><o>{\"k\":\"&lt;\"}</o></r>"),
            ("<r><!-- <id> --><id></r>", "<r><!-- <id> -->7</r>"),
            (
                "<?xml version=\"1.0\"?>\n<r x='&amp;'><<id></r>\n",
                "<?xml version=\"1.0\"?>\n<r x='&amp;'><id></r>\n",
            ),
        ] {
            assert_eq!(body(&with_body(typed, ""), &values), wanted, "{typed}");
        }
    }

    #[test]
    fn a_character_that_xml_cannot_hold_is_replaced() {
        let values = values(json!({"v": "a\u{1}\u{0}\u{ffff}b"}));
        assert_eq!(
            body(&with_body("<r><v><v></v></r>", ""), &values),
            "<r><v>a\u{fffd}\u{fffd}\u{fffd}b</v></r>"
        );
    }

    #[test]
    fn the_content_type_says_what_is_escaped() {
        let values = values(json!({"v": "a & b"}));
        let sent = |typed: Option<&str>, text: &str| {
            let profile = profile(|draft| {
                draft.headers = typed.map(|typed| header("Content-type", typed)).into_iter().collect();
                text.clone_into(&mut draft.body);
            });
            let callback = rendered(&profile, &values).unwrap();
            let content_type =
                callback.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            (content_type.unwrap().1.clone(), String::from_utf8(callback.body).unwrap())
        };
        let owned = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
        let (xml, html) = ("application/xml; charset=utf-8", "text/html; charset=utf-8");
        assert_eq!(sent(None, "<r><v></r>"), owned((xml, "<r>a &amp; b</r>")));
        assert_eq!(sent(None, "<!doctype html><br><v>"), owned((html, "<!doctype html><br>a &amp; b")));
        assert_eq!(sent(Some("text/xml"), "dear <v>"), owned(("text/xml", "dear a &amp; b")));
        assert_eq!(sent(Some("text/plain"), "<r><v></r>"), owned(("text/plain", "<r>a & b</r>")));
        assert_eq!(sent(None, "<v> it is"), owned(("text/plain; charset=utf-8", "a & b it is")));
    }
}
