//! Errors of requests, and their responses: `{"code","message","data":{},"error":[{"params":"…"}],"status"}` (public
//! page).

use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Code;
use super::envelope::json_response;
use crate::storage::StoreError;

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", .code.text(), .params.join("; "))]
pub struct ApiError {
    code: Code,
    /// Each a sentence; one per field.
    params: Vec<String>,
    /// When to repeat it.
    retry_after: Option<Duration>,
}

impl ApiError {
    /// An error with one sentence: what, where, and how to fix it.
    #[must_use]
    pub fn new(code: Code, why: impl Into<String>) -> Self {
        Self::with_params(code, vec![why.into()])
    }

    /// An error with one sentence per field.
    #[must_use]
    pub fn with_params(code: Code, params: Vec<String>) -> Self {
        Self { code, params, retry_after: None }
    }

    /// The same, to be repeated after this time (`Retry-After`, at least a second).
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The same with more to know, after the last sentence.
    #[must_use]
    pub fn and(mut self, more: &str) -> Self {
        match self.params.last_mut() {
            Some(last) => *last = format!("{last}; {more}"),
            None => self.params.push(more.to_owned()),
        }
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentences.
    #[must_use]
    pub fn params(&self) -> &[String] {
        &self.params
    }

    /// The document of the response.
    #[must_use]
    pub fn document(&self) -> Value {
        let params: Vec<Value> = self.params.iter().map(|params| json!({ "params": params })).collect();
        json!({
            "code": self.code.text(),
            "message": self.code.message(),
            "data": {},
            "error": params,
            "status": self.code.status().as_u16(),
        })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = json_response(self.code.status(), &self.document());
        let headers = response.headers_mut();
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, after.as_secs().max(1).into());
        }
        if self.code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// How soon a request may be repeated whose storage failed.
const STORAGE_RETRY: Duration = Duration::from_secs(2);

impl From<StoreError> for ApiError {
    /// The store's sentence. The place of the store is for operators, not for clients.
    fn from(error: StoreError) -> Self {
        Self::new(Code::Unavailable, format!("the database {}", error.problem)).retry_after(STORAGE_RETRY)
    }
}
