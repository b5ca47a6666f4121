//! Values in XML and HTML.

use crate::profile::MarkupPlace;

/// A value escaped so that an XML parser reads the original. Characters that XML 1.0 does not allow at all (section
/// 2.2) become U+FFFD: a stray control character in a message is no reason to lose the callback.
pub(in crate::callback) fn escaped(value: &str, place: MarkupPlace) -> String {
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

/// The section is ended and restarted wherever the value, alone or with the text around it, would end it.
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
