//! Why JSON is not a valid profile: the path, and what is expected there. Never the actual value, which may be
//! secret.

use serde_json::error::Error;

use crate::text::nearest;

/// JSON that is not a valid profile: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentError {
    place: String,
    message: String,
}

impl DocumentError {
    /// The path in the JSON, such as `retry.count`; empty for the whole document.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The error, as a sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl std::fmt::Display for DocumentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.place.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for DocumentError {}

pub(super) fn problem(place: &str, message: impl Into<String>) -> DocumentError {
    DocumentError { place: place.to_owned(), message: message.into() }
}

/// The error of a field that is unknown or of another type.
pub(super) fn misfit(error: &serde_path_to_error::Error<Error>) -> DocumentError {
    let place = error.path().to_string();
    let place = if place == "." { "" } else { &place };
    problem(place, message(&error.inner().to_string()))
}

/// An error message of the parser without the value that it found. It also names the expected type, at its end, and
/// unknown fields.
fn message(text: &str) -> String {
    if text.starts_with("unknown field ") {
        return with_meant(text);
    }
    match text.rsplit_once(", expected ") {
        Some((_, wanted)) => format!("must be {}", in_words(wanted)),
        None => "invalid value".to_owned(),
    }
}

/// The error of an unknown field, with the known one that it resembles.
fn with_meant(text: &str) -> String {
    let mut names = text.split('`').skip(1).step_by(2);
    let meant = names.next().and_then(|name| nearest(name, names));
    match (meant, text.split_once(", expected ")) {
        (Some(meant), Some((unknown, known))) => {
            format!("{unknown} (did you mean `{meant}`?), expected {known}")
        }
        _ => text.to_owned(),
    }
}

/// The parser's name of a type, in JSON terms.
fn in_words(wanted: &str) -> &str {
    match wanted {
        "a sequence" => "an array",
        "a boolean" => "true or false",
        "a JSON number" => "a number",
        "u64" => "a whole number",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::profile::document::Document;
    use serde_json::{Value, json};

    const SECRET: &str = "dXNlcjpwYXNz, expected hunter2";

    fn reported(name: &str, value: Value) -> String {
        let mut json = json!({"title": "Order SMS", "url": "https://x.example"});
        json[name] = value;
        Document::read(json).unwrap_err().to_string()
    }

    #[test]
    fn errors_contain_path_and_type_but_not_the_value() {
        let types = "must be one of none, basic, api-key, ";
        let algorithms = "must be one of AES-128-CFB, ";
        for (name, value, expected) in [
            ("auth", json!(SECRET), "auth: must be an object"),
            ("auth", json!([SECRET]), "auth: "),
            ("auth", json!({"type": "basic", "password": [SECRET]}), "auth.password: must be a string"),
            ("auth", json!({"type": "basic", "password": {"is": SECRET}}), "auth.password: must be a string"),
            ("auth", json!({"type": 12_345}), "auth.type: must be a string"),
            ("auth", json!({"type": SECRET}), &format!("auth.type: {types}")),
            (
                "auth",
                json!({"type": "oauth2", "client_secret": 12_345}),
                "auth.client_secret: must be a string",
            ),
            ("auth", json!({"sent_as": SECRET}), "auth.sent_as: must be one of body, basic"),
            (
                "auth",
                json!({"headers": SECRET}),
                "auth.headers: must be an object, or its JSON in a string: ",
            ),
            ("enc", json!(SECRET), "enc: must be an object"),
            ("enc", json!({"algo": SECRET}), &format!("enc.algo: {algorithms}")),
            ("enc", json!({"key": 12_345}), "enc.key: must be a string"),
            ("enc", json!({"parameters": SECRET}), "enc.parameters: must be an array"),
            ("enc", json!({"random_iv": SECRET}), "enc.random_iv: must be true or false"),
            ("signing_secret", json!(12_345), "signing_secret: must be a string"),
            ("headers", json!(SECRET), "headers: must be an object, or its JSON in a string: "),
            ("headers", json!({"X-Token": 12_345}), "headers.X-Token: the value must be a string"),
            ("status", json!(SECRET), "status: must be a whole number"),
            ("retry", json!({"count": SECRET}), "retry.count: must be a number"),
            ("created_at", json!(SECRET), "created_at: must be a time such as "),
        ] {
            let reported = reported(name, value);
            assert!(reported.starts_with(expected), "{reported}");
            let secret = ["dXNl", "hunter2", "12345"].into_iter().find(|secret| reported.contains(secret));
            assert_eq!(secret, None, "{reported}");
        }
    }

    #[test]
    fn path_and_message_are_separate() {
        let error = Document::read(json!({"retry": {"colour": 1}})).unwrap_err();
        assert_eq!(error.place(), "retry.colour");
        assert!(error.message().starts_with("unknown field `colour`"), "{error}");
        let whole = Document::read(json!("Basic dXNl")).unwrap_err();
        assert_eq!((whole.place(), whole.to_string().as_str()), ("", "must be an object"));
    }
}
