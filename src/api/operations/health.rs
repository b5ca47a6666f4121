//! `/healthz`: the process responds.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::api::envelope::json as json_response;

/// The process responds.
pub(crate) async fn alive() -> Response {
    json_response(StatusCode::OK, &json!({ "status": "ok" }))
}
