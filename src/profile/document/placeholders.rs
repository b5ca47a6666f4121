//! Voice's older placeholders.

use crate::profile::path::Path;

/// `{name}` as `<name>`, `{keypress:12}` as `<keypress:12>`. Braces around anything else stay.
pub(super) fn modern_placeholders(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        match inside.split_once('}') {
            Some((name, after)) if Path::parse(name).is_some() => {
                out.push('<');
                out.push_str(name);
                out.push('>');
                rest = after;
            }
            _ => {
                out.push('{');
                rest = inside;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::document::Document;
    use serde_json::json;

    #[test]
    fn only_names_in_braces_are_placeholders() {
        for (old, new) in [
            ("?id={id}&to={callee}", "?id=<id>&to=<callee>"),
            (r#"{"id": "{id}"}"#, r#"{"id": "<id>"}"#),
            ("?k={keypress:12}&a={api:NAME.CHILD}", "?k=<keypress:12>&a=<api:NAME.CHILD>"),
            ("{api:WIDGETID:VARIABLE} {parts[n]}", "<api:WIDGETID:VARIABLE> <parts[n]>"),
            (r#"{"id":{"a":1}} {a:b{c:d}}"#, r#"{"id":{"a":1}} {a:b<c:d>}"#),
            ("{{id}} { id } {a b} {}", "{<id>} { id } {a b} {}"),
            ("no end {id", "no end {id"),
        ] {
            assert_eq!(modern_placeholders(old), new, "{old}");
        }
    }

    #[test]
    fn they_are_brought_up_to_date_on_import_only() {
        let read = |import: bool, channel: &str| {
            let json = json!({"title": "Calls", "channel": channel, "url": "https://x.example/{id}", "body": "{id}"});
            let document = if import { Document::import(json) } else { Document::read(json) };
            let draft = document.unwrap().draft;
            (draft.endpoint, draft.body)
        };
        let old = ("https://x.example/{id}".to_owned(), "{id}".to_owned());
        assert_eq!(read(false, "voice"), old);
        assert_eq!(read(true, "sms"), old);
        assert_eq!(read(true, "voice"), ("https://x.example/<id>".to_owned(), "<id>".to_owned()));
    }
}
