//! The platform's envelope of a successful response: `{"code","message","data"}` (public page).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::Code;

/// A successful response.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    status: StatusCode,
    code: &'static str,
    message: String,
    data: Value,
    /// Whether `error` and `status` are there too, as in the platform's response to DELETE.
    in_full: bool,
}

impl Envelope {
    /// A response with the code's status and this message.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, data: Value) -> Self {
        Self { status: code.status(), code: code.text(), message: message.into(), data, in_full: false }
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
        self.in_full = true;
        self
    }
}

impl IntoResponse for Envelope {
    fn into_response(self) -> Response {
        let mut members = Map::new();
        members.insert("code".to_owned(), self.code.into());
        members.insert("message".to_owned(), self.message.into());
        members.insert("data".to_owned(), self.data);
        if self.in_full {
            members.insert("error".to_owned(), Value::Object(Map::new()));
            members.insert("status".to_owned(), self.status.as_u16().into());
        }
        json(self.status, &Value::Object(members))
    }
}

/// A response with a JSON document, and a line feed for terminals.
pub(super) fn json(status: StatusCode, document: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, format!("{document}\n")).into_response()
}
