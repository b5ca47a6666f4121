//! The platform's envelope of a successful response: `{"code","message","data"}` (public page).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Code;

/// A successful response.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    status: StatusCode,
    code: &'static str,
    message: String,
    data: Value,
    /// `error`, with which `status` is there too.
    error: Option<Value>,
}

impl Envelope {
    /// A response with the code's status and this message.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, data: Value) -> Self {
        Self { status: code.status(), code: code.text(), message: message.into(), data, error: None }
    }

    /// The same with another status, such as 201.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with `"error":{}` and `"status"`, as in the platform's response to DELETE.
    #[must_use]
    pub fn in_full(mut self) -> Self {
        self.error = Some(Value::Object(Map::new()));
        self
    }

    /// The same with these sentences in `"error"`, and `"status"`: nothing of the request was done.
    #[must_use]
    pub fn with_errors(mut self, sentences: &[String]) -> Self {
        self.error = Some(sentences.iter().map(|params| json!({ "params": params })).collect());
        self
    }
}

impl IntoResponse for Envelope {
    fn into_response(self) -> Response {
        let mut members = Map::new();
        members.insert("code".to_owned(), self.code.into());
        members.insert("message".to_owned(), self.message.into());
        members.insert("data".to_owned(), self.data);
        if let Some(error) = self.error {
            members.insert("error".to_owned(), error);
            members.insert("status".to_owned(), self.status.as_u16().into());
        }
        json_response(self.status, &Value::Object(members))
    }
}

/// A response with a JSON document, and a line feed for terminals.
pub(super) fn json_response(status: StatusCode, document: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, format!("{document}\n")).into_response()
}
