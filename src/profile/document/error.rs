//! Why JSON is no profile: the place, and what is wanted there. Never the value that was found: it
//! may be a secret.

use serde_json::error::Error;

/// JSON that is no profile: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentError {
    place: String,
    message: String,
}

impl DocumentError {
    /// The place in the JSON, such as `retry.count`; empty where it is the whole of it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong there, as a sentence.
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

/// A message of the reader without the value that it found. What it names of its own accord is the
/// type that was wanted, which stands last, and a field that is unknown.
fn message(said: &str) -> String {
    if said.starts_with("unknown field ") {
        return said.to_owned();
    }
    match said.rsplit_once(", expected ") {
        Some((_, wanted)) => format!("must be {}", in_words(wanted)),
        None => "invalid value".to_owned(),
    }
}

/// The reader's name of a type, in the words of JSON.
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

    fn told(name: &str, value: Value) -> String {
        let mut json = json!({"title": "Order SMS", "url": "https://x.example"});
        json[name] = value;
        Document::read(json).unwrap_err().to_string()
    }

    #[test]
    fn the_place_and_the_type_are_told_and_not_the_value() {
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
            let told = told(name, value);
            assert!(told.starts_with(expected), "{told}");
            let secret = ["dXNl", "hunter2", "12345"].into_iter().find(|secret| told.contains(secret));
            assert_eq!(secret, None, "{told}");
        }
    }

    #[test]
    fn place_and_message_stand_apart() {
        let error = Document::read(json!({"retry": {"colour": 1}})).unwrap_err();
        assert_eq!(error.place(), "retry.colour");
        assert!(error.message().starts_with("unknown field `colour`"), "{error}");
        let whole = Document::read(json!("Basic dXNl")).unwrap_err();
        assert_eq!((whole.place(), whole.to_string().as_str()), ("", "must be an object"));
    }
}
