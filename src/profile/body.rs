//! The request body as typed: JSON, pairs or plain text, each with placeholders.

use percent_encoding::percent_decode_str;

use super::json_body::JsonTemplate;
use super::template::{Path, Template};

/// A body parsed once into the form in which it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    text: String,
    form: BodyForm,
}

/// The ways a body may be typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BodyForm {
    /// Nothing but blanks.
    #[default]
    Empty,
    /// JSON with placeholders.
    Json(JsonTemplate),
    /// `a=<a>&b=<b>`; the texts are decoded.
    Pairs(Vec<(Template, Template)>),
    /// Anything else. `json_error` says why text that looks like JSON is none.
    Text {
        /// The whole text.
        template: Template,
        /// Set when the text starts as JSON does.
        json_error: Option<String>,
    },
}

impl Body {
    /// Most bytes (our decision: what a mebibyte holds is no callback any more).
    pub const MAX: usize = 1 << 20;

    /// Reads a body; any text is one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self { form: form_of(text), text: text.to_owned() }
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

    /// The placeholders in order, repeats included.
    #[must_use]
    pub fn variables(&self) -> Vec<&Path> {
        match &self.form {
            BodyForm::Empty => Vec::new(),
            BodyForm::Json(json) => json.variables().collect(),
            BodyForm::Pairs(pairs) => {
                pairs.iter().flat_map(|(k, v)| k.variables().chain(v.variables())).collect()
            }
            BodyForm::Text { template, .. } => template.variables().collect(),
        }
    }
}

fn form_of(text: &str) -> BodyForm {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return BodyForm::Empty;
    }
    // A lone placeholder could be either; a value as plain text is what it looks like.
    let looks_like_json = trimmed.starts_with(['{', '[', '"']);
    if looks_like_json {
        return match JsonTemplate::parse(text) {
            Ok(json) => BodyForm::Json(json),
            Err(error) => BodyForm::Text { template: Template::parse(text), json_error: Some(error) },
        };
    }
    match pairs_of(trimmed) {
        Some(pairs) => BodyForm::Pairs(pairs),
        None => BodyForm::Text { template: Template::parse(text), json_error: None },
    }
}

/// The pairs of `a=<a>&b=<b>`; `None` when a piece has no name and `=`, or a blank in its name.
fn pairs_of(text: &str) -> Option<Vec<(Template, Template)>> {
    text.split('&')
        .map(|pair| {
            let (name, value) = pair.trim_matches(['\r', '\n']).split_once('=')?;
            let blank = name.is_empty() || name.contains(char::is_whitespace);
            (!blank)
                .then(|| (Template::parse(name).map_text(decode), Template::parse(value).map_text(decode)))
        })
        .collect()
}

/// Form decoding of typed text: `+` is a space, `%41` an `A`. Bytes that are no UTF-8 stay as typed.
fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_typing_is_told_apart() {
        assert_eq!(*Body::parse(" \n").form(), BodyForm::Empty);
        assert!(matches!(Body::parse("{\"a\":<a>}").form(), BodyForm::Json(_)));
        assert!(matches!(Body::parse("a=<a>&\nb=<b>").form(), BodyForm::Pairs(p) if p.len() == 2));
        assert!(matches!(Body::parse("hello <name>").form(), BodyForm::Text { json_error: None, .. }));
        assert!(matches!(Body::parse("{\"a\":").form(), BodyForm::Text { json_error: Some(_), .. }));
        assert!(matches!(Body::parse("a b=c").form(), BodyForm::Text { .. }));
    }

    #[test]
    fn typed_pairs_are_decoded() {
        let body = Body::parse("a%20b=x+y%2B<v>");
        let BodyForm::Pairs(pairs) = body.form() else { panic!("pairs") };
        assert_eq!(pairs[0].0.to_string(), "a b");
        assert_eq!(pairs[0].1.to_string(), "x y+<v>");
    }
}
