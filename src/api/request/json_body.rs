//! A body in JSON.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::api::{Api, ApiError, Code, request_body};
use crate::json;

/// The longest body in bytes (our decision): that of the largest profile document.
pub const LONGEST_BODY: usize = 4 << 20;

/// A body that is one JSON object; an empty body is an empty object.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonBody(pub Map<String, Value>);

impl FromRequest<Api> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &Api) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let is_json = parts.headers.get(CONTENT_TYPE).is_none_or(|kind| is_json(kind.as_bytes()));
        let body = request_body::whole(&parts.headers, body, LONGEST_BODY).await?;
        if body.is_empty() {
            return Ok(Self(Map::new()));
        }
        if !is_json {
            return Err(ApiError::new(
                Code::MediaType,
                "send the body as JSON: Content-Type: application/json",
            ));
        }
        let text = std::str::from_utf8(&body)
            .map_err(|error| ApiError::new(Code::BadRequest, format!("the body is not UTF-8: {error}")))?;
        match json::read(text) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            Ok(_) => Err(ApiError::new(Code::Invalid, "the body must be a JSON object")),
            Err(error) => Err(ApiError::new(Code::BadRequest, format!("the body is not JSON: {error}"))),
        }
    }
}

/// Whether a media type is JSON, such as `application/json; charset=utf-8` or `application/merge-patch+json`.
fn is_json(kind: &[u8]) -> bool {
    let kind = String::from_utf8_lossy(kind).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_of_json() {
        for kind in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert!(is_json(kind.as_bytes()), "{kind}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "", "json"] {
            assert!(!is_json(kind.as_bytes()), "{kind}");
        }
    }
}
