//! Inserts the selected variables where they belong: into the query for GET, into the body for POST.

use crate::profile::{BodyForm, Draft, Field, Method};

/// The variables in the form that fits where they will be pasted (our decision): pairs for a query or a form,
/// JSON over several lines for a JSON body, elements for XML or HTML.
#[must_use]
pub fn clipboard_text(draft: &Draft, names: &[String]) -> String {
    match wanted(draft) {
        PreviewInput::Json => json_object(names),
        PreviewInput::Pairs => pairs(names),
        PreviewInput::Elements => elements(names),
    }
}

/// The field that the variables are inserted into, and its new text.
#[must_use]
pub fn inserted(draft: &Draft, names: &[String]) -> (Field, String) {
    if draft.method().is_some_and(|m| !Method::has_body(m)) {
        return (Field::Endpoint, with_query(&draft.endpoint, &pairs(names)));
    }
    let body = draft.body.trim_end();
    let text = if body.is_empty() {
        clipboard_text(draft, names)
    } else {
        match wanted(draft) {
            PreviewInput::Json => with_members(body, names),
            PreviewInput::Pairs => {
                format!("{body}{}{}", if body.ends_with('&') { "" } else { "&" }, pairs(names))
            }
            PreviewInput::Elements => with_elements(body, names),
        }
    };
    (Field::Body, text)
}

/// The form in which the variables are inserted.
enum PreviewInput {
    Json,
    Pairs,
    Elements,
}

fn wanted(draft: &Draft) -> PreviewInput {
    if draft.method().is_some_and(|m| !Method::has_body(m)) {
        return PreviewInput::Pairs;
    }
    match draft.parsed_body().form() {
        BodyForm::Json(_) => PreviewInput::Json,
        BodyForm::Markup(_) => PreviewInput::Elements,
        BodyForm::Empty if matches!(draft.data_format.as_str(), "" | "json") => PreviewInput::Json,
        BodyForm::Text { .. } if draft.body.trim_start().starts_with('{') => PreviewInput::Json,
        BodyForm::Pairs(_) | BodyForm::Empty | BodyForm::Text { .. } => PreviewInput::Pairs,
    }
}

fn elements(names: &[String]) -> String {
    let element = |name: &String| {
        // A colon would end a namespace prefix.
        let tag = name.replace([':', '[', ']'], "_");
        format!("  <{tag}><{name}></{tag}>")
    };
    names.iter().map(element).collect::<Vec<_>>().join("\n")
}

/// Inserts the elements before the last end tag, so that the body stays one document.
fn with_elements(body: &str, names: &[String]) -> String {
    let (before, end) = body.split_at(body.rfind("</").unwrap_or(body.len()));
    format!("{}\n{}\n{end}", before.trim_end(), elements(names)).trim_end().to_owned()
}

fn pairs(names: &[String]) -> String {
    names.iter().map(|n| format!("{n}=<{n}>")).collect::<Vec<_>>().join("&")
}

fn json_object(names: &[String]) -> String {
    let members: Vec<_> = names.iter().map(|n| format!("  \"{n}\": \"<{n}>\"")).collect();
    format!("{{\n{}\n}}", members.join(",\n"))
}

/// Inserts the members before the last brace, so that the body stays one object.
fn with_members(body: &str, names: &[String]) -> String {
    let Some(inside) = body.strip_suffix('}') else { return format!("{body}{}", json_object(names)) };
    let inside = inside.trim_end();
    let comma = if inside.ends_with(['{', ',']) { "" } else { "," };
    let members: Vec<_> = names.iter().map(|n| format!("  \"{n}\": \"<{n}>\"")).collect();
    format!("{inside}{comma}\n{}\n}}", members.join(",\n"))
}

fn with_query(url: &str, pairs: &str) -> String {
    let joint = match url.find('?') {
        None => "?",
        Some(_) if url.ends_with(['?', '&']) => "",
        Some(_) => "&",
    };
    format!("{url}{joint}{pairs}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Body, Channel};

    fn draft(method: &str, endpoint: &str, body: &str) -> Draft {
        let mut draft = Draft::new(Channel::Sms);
        (draft.method, draft.endpoint, draft.body) = (method.into(), endpoint.into(), body.into());
        draft
    }

    fn names() -> Vec<String> {
        vec!["id".into(), "status".into()]
    }

    #[test]
    fn get_gets_a_query() {
        let text = |url: &str| inserted(&draft("GET", url, "kept"), &names()).1;
        assert_eq!(text("https://x/cb"), "https://x/cb?id=<id>&status=<status>");
        assert_eq!(text("https://x/cb?"), "https://x/cb?id=<id>&status=<status>");
        assert_eq!(text("https://x/cb?a=1"), "https://x/cb?a=1&id=<id>&status=<status>");
    }

    #[test]
    fn post_gets_valid_json() {
        for body in ["", "{}", "{\"a\": 1}", "{\"a\": 1,\n}"] {
            let (field, text) = inserted(&draft("POST", "", body), &names());
            assert_eq!(field, Field::Body);
            assert!(matches!(Body::parse(&text, None).form(), BodyForm::Json(_)), "{text}");
            assert!(text.contains("\"status\": \"<status>\""));
        }
    }

    #[test]
    fn xml_gets_elements() {
        let (_, text) = inserted(&draft("POST", "", "<dlr>\n</dlr>"), &names());
        assert_eq!(text, "<dlr>\n  <id><id></id>\n  <status><status></status>\n</dlr>");
        let variables = Body::parse(&text, None).variables().len();
        assert_eq!(variables, 2);
    }

    #[test]
    fn a_form_gets_pairs() {
        let (_, text) = inserted(&draft("POST", "", "a=1"), &names());
        assert_eq!(text, "a=1&id=<id>&status=<status>");
        let mut empty = draft("POST", "", "");
        empty.data_format = "form-data".into();
        assert_eq!(clipboard_text(&empty, &names()), "id=<id>&status=<status>");
    }
}
