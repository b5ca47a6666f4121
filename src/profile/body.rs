//! The request body as typed: JSON, pairs, markup or plain text, each with placeholders.

use percent_encoding::percent_decode_str;

use super::elements::Syntax;
use super::json_body::JsonTemplate;
use super::markup::{MarkupTemplate, syntax_of};
use super::path::Path;
use super::sizes;
use super::template::{Template, TemplatePart};

/// A mark that some editors put before UTF-8 text. It is not part of the text (RFC 8259, section 8.1).
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// A body parsed once according to its format.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    text: String,
    form: BodyForm,
}

/// The formats of typed bodies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BodyForm {
    /// Nothing but white space.
    #[default]
    Empty,
    /// JSON with placeholders.
    Json(JsonTemplate),
    /// `a=<a>&b=<b>`; the texts are decoded.
    Pairs(Vec<(Template, Template)>),
    /// XML or HTML with placeholders.
    Markup(MarkupTemplate),
    /// Anything else. `json_error` says why text that looks like JSON is invalid.
    Text {
        /// The whole text.
        template: Template,
        /// Set if the text starts like JSON.
        json_error: Option<String>,
    },
}

impl Body {
    /// The maximum length in bytes.
    pub const MAX: usize = sizes::BODY;

    /// Parses a body; any text is valid. `content_type` is that of the profile's headers: a body is XML or HTML if it
    /// says so or, without one, if the text starts with a tag.
    #[must_use]
    pub fn parse(text: &str, content_type: Option<&str>) -> Self {
        Self { form: form_of(text, content_type), text: text.to_owned() }
    }

    /// As typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// As parsed.
    #[must_use]
    pub fn form(&self) -> &BodyForm {
        &self.form
    }

    /// The placeholders in order, including repeated ones.
    #[must_use]
    pub fn variables(&self) -> Vec<&Path> {
        match &self.form {
            BodyForm::Empty => Vec::new(),
            BodyForm::Json(json) => json.variables().collect(),
            BodyForm::Pairs(pairs) => {
                pairs.iter().flat_map(|(k, v)| k.variables().chain(v.variables())).collect()
            }
            BodyForm::Markup(markup) => markup.variables().collect(),
            BodyForm::Text { template, .. } => template.variables().collect(),
        }
    }

    /// The byte offsets of the placeholders in the typed text, in order.
    #[must_use]
    pub fn placeholder_starts(&self) -> Vec<usize> {
        match &self.form {
            BodyForm::Empty => Vec::new(),
            BodyForm::Json(_) => JsonTemplate::starts(&self.text),
            BodyForm::Markup(markup) => MarkupTemplate::starts(&self.text, markup.syntax()),
            BodyForm::Text { .. } => Template::starts_in_body(&self.text),
            BodyForm::Pairs(_) => {
                let mut from = 0;
                let mut starts = Vec::new();
                // Name and value are parsed separately.
                for piece in self.text.split_inclusive('&') {
                    let middle = piece.find('=').unwrap_or(piece.len());
                    for (text, at) in [(&piece[..middle], from), (&piece[middle..], from + middle)] {
                        starts.extend(Template::starts_in_body(text).into_iter().map(|start| at + start));
                    }
                    from += piece.len();
                }
                starts
            }
        }
    }

    /// The placeholders that are only a part of their string, field or text. Those meant as tags are among them.
    #[must_use]
    pub fn variables_in_text(&self) -> Vec<&Path> {
        fn within(template: &Template) -> Vec<&Path> {
            let alone = matches!(template.parts(), [TemplatePart::Variable(_)]);
            if alone { Vec::new() } else { template.variables().collect() }
        }
        match &self.form {
            BodyForm::Empty => Vec::new(),
            BodyForm::Json(json) => json.variables_in_strings().collect(),
            BodyForm::Pairs(pairs) => pairs.iter().flat_map(|(_, value)| within(value)).collect(),
            BodyForm::Markup(markup) => markup.variables().collect(),
            BodyForm::Text { template, .. } => within(template),
        }
    }
}

fn form_of(text: &str, content_type: Option<&str>) -> BodyForm {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return BodyForm::Empty;
    }
    // A lone placeholder could be either; as plain text its value stays unchanged.
    let looks_like_json = trimmed.starts_with(['{', '[', '"']);
    if looks_like_json {
        return match JsonTemplate::parse(text) {
            Ok(json) => BodyForm::Json(json),
            Err(error) => {
                BodyForm::Text { template: Template::of_body(text), json_error: Some(error.to_string()) }
            }
        };
    }
    let typed = content_type.map(str::trim).filter(|typed| !typed.is_empty());
    let starts_as = syntax_of(text);
    if let Some(syntax) = typed.map_or(starts_as, declared) {
        return BodyForm::Markup(MarkupTemplate::parse(text, syntax));
    }
    // Markup with another content type is not a form, even if it contains `=` and `&`.
    match pairs_of(trimmed).filter(|_| starts_as.is_none()) {
        Some(pairs) => BodyForm::Pairs(pairs),
        None => BodyForm::Text { template: Template::of_body(text), json_error: None },
    }
}

/// The markup that a Content-Type names (RFC 7303: `+xml` too).
fn declared(content_type: &str) -> Option<Syntax> {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match essence.as_str() {
        "text/html" => Some(Syntax::Html),
        "text/xml" | "application/xml" => Some(Syntax::Xml),
        other => other.ends_with("+xml").then_some(Syntax::Xml),
    }
}

/// The pairs of `a=<a>&b=<b>`; `None` if a piece has no name and `=`, or a blank in its name.
fn pairs_of(text: &str) -> Option<Vec<(Template, Template)>> {
    text.split('&')
        .map(|pair| {
            let (name, value) = pair.trim_matches(['\r', '\n']).split_once('=')?;
            let blank = name.is_empty() || name.contains(char::is_whitespace);
            (!blank).then(|| {
                (Template::of_body(name).map_text(decode), Template::of_body(value).map_text(decode))
            })
        })
        .collect()
}

/// Form decoding of typed text: `+` is a space, `%41` an `A`. Invalid UTF-8 stays as typed.
fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_typed_bodies_are_detected() {
        assert_eq!(*Body::parse(" \n", None).form(), BodyForm::Empty);
        assert!(matches!(Body::parse("{\"a\":<a>}", None).form(), BodyForm::Json(_)));
        assert!(matches!(Body::parse("a=<a>&\nb=<b>", None).form(), BodyForm::Pairs(p) if p.len() == 2));
        assert!(matches!(Body::parse("hello <name>", None).form(), BodyForm::Text { json_error: None, .. }));
        assert!(matches!(Body::parse("{\"a\":", None).form(), BodyForm::Text { json_error: Some(_), .. }));
        assert!(matches!(Body::parse("a b=c", None).form(), BodyForm::Text { .. }));
    }

    #[test]
    fn markup_is_detected_by_content_type_or_first_tag() {
        let is_markup = |text: &str, typed| match Body::parse(text, typed).form() {
            BodyForm::Markup(markup) => Some(markup.syntax()),
            _ => None,
        };
        for typed in ["application/xml", "text/xml; charset=utf-8", "application/soap+xml", " TEXT/XML "] {
            assert_eq!(is_markup("dear <name>", Some(typed)), Some(Syntax::Xml), "{typed}");
        }
        assert_eq!(is_markup("a=<b>&c=<d>", Some("text/html")), Some(Syntax::Html));
        assert_eq!(is_markup("<r><a>x=1</a></r>", None), Some(Syntax::Xml));
        assert_eq!(is_markup("<r><a>x=1</a></r>", Some("")), Some(Syntax::Xml));
        assert_eq!(is_markup("{\"a\":1}", Some("application/xml")), None);
        for typed in ["text/plain", "application/json"] {
            let body = Body::parse("<r><a>x=1</a></r>", Some(typed));
            assert!(matches!(body.form(), BodyForm::Text { .. }), "{typed}");
        }
        assert!(matches!(Body::parse("<a>=<b>", None).form(), BodyForm::Pairs(_)));
    }

    #[test]
    fn placeholders_have_their_typed_positions() {
        for (text, wanted) in [
            ("{\"a\": \"<a>\", \"<k>\": <b>, \"c\": \"<i>x</i> <<c> <c>\"}", 4),
            ("a=<a>&\n<b>=x<i>c</i><<d><e>", 3),
            ("<r><id><id></id><!-- <no> --><x y=\"<z>\"/></r>", 2),
            ("dear <b>you</b>, <<a> <a>", 1),
            ("", 0),
        ] {
            let body = Body::parse(text, None);
            let starts = body.placeholder_starts();
            assert_eq!(starts.len(), wanted, "{text}");
            let typed: Vec<_> =
                starts.iter().map(|at| crate::profile::placeholder_at(&text[*at..]).unwrap().0).collect();
            assert_eq!(typed.iter().collect::<Vec<_>>(), body.variables(), "{text}");
        }
    }

    #[test]
    fn typed_pairs_are_decoded() {
        let body = Body::parse("a%20b=x+y%2B<v>", None);
        let BodyForm::Pairs(pairs) = body.form() else { panic!("pairs") };
        assert_eq!(pairs[0].0.to_string(), "a b");
        assert_eq!(pairs[0].1.to_string(), "x y+<v>");
    }
}
