//! The platform's envelope of a successful response: `{"code","message","data"}` (public page).

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Code;

/// A successful response.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope<D = Value> {
    status: StatusCode,
    code: &'static str,
    message: String,
    data: D,
    /// `error`, with which `status` is there too.
    error: Option<Value>,
}

impl<D: Serialize> Envelope<D> {
    /// A response with the code's status and this message.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, data: D) -> Self {
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

/// The members of a successful response, in order.
#[derive(Serialize)]
struct Members<'a, D> {
    code: &'static str,
    message: &'a str,
    data: &'a D,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

impl<D: Serialize> IntoResponse for Envelope<D> {
    fn into_response(self) -> Response {
        let Self { status, code, message, data, error } = &self;
        let (error, number) = (error.as_ref(), error.as_ref().map(|_| status.as_u16()));
        json_response(*status, &Members { code, message, data, error, status: number })
    }
}

/// A response with a JSON document, and a line feed for terminals.
pub(super) fn json_response(status: StatusCode, document: &impl Serialize) -> Response {
    // It can fail only for a map whose keys are no strings, and nothing here has one.
    let Ok(mut text) = serde_json::to_string(document) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    text.push('\n');
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, Body::from(text)).into_response()
}
