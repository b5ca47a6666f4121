//! Chooses how events are read, by the type of the body.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use crate::api::{Api, ApiError, Caller, Code, Envelope, idempotency_key};

use super::{ndjson, whole};

/// The types of bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An event or an array.
    Json,
    /// One event per line.
    Lines,
}

/// Accepts events.
pub(super) async fn accept(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    respond(&api, &caller, &headers, body).await
}

/// Accepts events of a caller that may hand them over.
///
/// # Errors
/// None of them was read.
pub(super) async fn respond(
    api: &Api,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let kind = kind(headers)?;
    let key = idempotency_key::of(headers)?;
    api.room().check(&*api.store).await?;
    match kind {
        Kind::Json => whole::accept(api, caller, key, headers, body).await.map(Envelope::into_response),
        Kind::Lines => Ok(ndjson::accept(api, caller, key, body).await),
    }
}

fn kind(headers: &HeaderMap) -> Result<Kind, ApiError> {
    let text = |name| headers.get(name).map_or(Ok(""), |value| value.to_str()).unwrap_or("?");
    if !["", "identity"].contains(&text(header::CONTENT_ENCODING)) {
        let why = "the body is compressed (content-encoding): send it uncompressed";
        return Err(ApiError::new(Code::MediaType, why));
    }
    let named = text(header::CONTENT_TYPE);
    let name = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match &*name {
        "" | "application/json" => Ok(Kind::Json),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Kind::Lines),
        _ => Err(ApiError::new(
            Code::MediaType,
            "content-type must be application/json for an event or an array of events, or application/x-ndjson for \
             one event per line",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_the_body_decides() {
        let of = |name: header::HeaderName, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, header::HeaderValue::from_static(value));
            kind(&headers).map_err(|error| error.code())
        };
        assert_eq!(kind(&HeaderMap::new()), Ok(Kind::Json));
        assert_eq!(of(header::CONTENT_TYPE, "Application/JSON; charset=utf-8"), Ok(Kind::Json));
        assert_eq!(of(header::CONTENT_TYPE, "application/x-ndjson"), Ok(Kind::Lines));
        assert_eq!(of(header::CONTENT_TYPE, "text/plain"), Err(Code::MediaType));
        assert_eq!(of(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), Err(Code::MediaType));
        assert_eq!(of(header::CONTENT_ENCODING, "gzip"), Err(Code::MediaType));
    }
}
