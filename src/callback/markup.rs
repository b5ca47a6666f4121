//! Bodies in XML and HTML: values are escaped, everything else is sent as typed.

use super::RenderError;
use super::escape::{Escaping, markup};
use super::resolve::Resolver;
use super::trace::Spot;
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
                body.push_str(&markup::escaped(&resolver.text(path)?, *place));
                resolver.sent(escaping, Spot::Value, &body[start..]);
            }
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::callback::test_samples::{body, header, profile, rendered, values, with_body};

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
    fn escaping_follows_the_content_type() {
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
