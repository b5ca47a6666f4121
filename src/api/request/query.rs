//! The parameters of a query.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use url::form_urlencoded;

use crate::api::{Api, ApiError, Code};

/// The parameters of a query in their order, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryPairs(pub Vec<(String, String)>);

impl FromRequestParts<Api> for QueryPairs {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or("");
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl QueryPairs {
    /// Sets each parameter with `set`.
    ///
    /// # Errors
    /// All errors, each with the name of its parameter.
    pub fn each(self, mut set: impl FnMut(&str, &str) -> Result<(), String>) -> Result<(), ApiError> {
        let faults: Vec<String> = self
            .0
            .iter()
            .filter_map(|(name, value)| set(name, value).err().map(|why| format!("{name}: {why}")))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(ApiError::with_params(Code::Invalid, faults)) }
    }
}

/// Parses the size of a page.
///
/// # Errors
/// It is not a number from 1 to `most`.
pub fn page_size(text: &str, most: usize) -> Result<usize, String> {
    let size = text.parse().ok().filter(|size| (1..=most).contains(size));
    size.ok_or_else(|| format!("must be a whole number from 1 to {most}"))
}
