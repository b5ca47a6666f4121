//! Requests with an `Idempotency-Key` that are carried out once: a repeated one does nothing twice, and has the same
//! response. Events have receipts of their own, in the commit that accepts them.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::envelope::json_response;
use super::request::{LONGEST_BODY, NewIds};
use super::{Api, ApiError, Caller, Code, idempotency_key, request_body};
use crate::record::DeliveryId;
use crate::storage::{ContentHash, Reservation, ReserveRequest};

/// Carries out a request once for its key, if it has one. A response that says that this could not be done now is not
/// kept: the request may be repeated, and takes the same new ids then.
pub(super) async fn once(State(api): State<Api>, caller: Caller, request: Request, next: Next) -> Response {
    match idempotency_key::of(request.headers()) {
        Ok(None) => next.run(request).await,
        Ok(Some(key)) => {
            kept(&api, &caller, key, request, next).await.unwrap_or_else(ApiError::into_response)
        }
        Err(error) => error.into_response(),
    }
}

async fn kept(
    api: &Api,
    caller: &Caller,
    key: String,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let body = request_body::whole(&parts.headers, body, LONGEST_BODY).await?;
    let content = ContentHash::of(&[parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), &body]);
    let owner = caller.owner().to_owned();
    let seed = DeliveryId::generate().bytes();
    let seed = match api.store.reserve(ReserveRequest::new(owner.clone(), key.clone(), content, seed)).await?
    {
        Reservation::New(seed) | Reservation::Unfinished(seed) => seed,
        Reservation::Finished(response) => return read(&response),
        Reservation::Conflict => {
            let why =
                "another request has used this Idempotency-Key within 24 hours: give each request its own";
            return Err(ApiError::new(Code::Conflict, why));
        }
    };
    parts.extensions.insert(NewIds::of(DeliveryId::from_bytes(seed)));
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Ok(response);
    }
    let broken = |error: &dyn std::fmt::Display| ApiError::new(Code::Internal, error.to_string());
    let body = to_bytes(response.into_body(), usize::MAX).await.map_err(|error| broken(&error))?;
    let document: Value = serde_json::from_slice(&body).map_err(|error| broken(&error))?;
    let response = json!({"status": status.as_u16(), "document": document}).to_string().into_bytes();
    // Of two requests at the same time, the response of the first counts.
    let first = api.store.finish(&owner, &key, response.clone()).await?;
    read(&first.unwrap_or(response))
}

/// The response of a receipt.
fn read(receipt: &[u8]) -> Result<Response, ApiError> {
    let unreadable = || ApiError::new(Code::Internal, "the response to the first request cannot be read");
    let receipt: Value = serde_json::from_slice(receipt).map_err(|_| unreadable())?;
    let status = receipt["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or_else(unreadable)?;
    Ok(json_response(status, &receipt["document"]))
}
