//! `/healthz`: the process responds. `/readyz`: it can accept and send.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::api::Api;
use crate::api::envelope::json_response;
use crate::delivery::SenderRole;

/// The process responds.
pub(crate) async fn alive() -> Response {
    json_response(StatusCode::OK, &json!({ "status": "ok" }))
}

/// The store can be written, and the sender runs, here or as a standby of another process.
pub(crate) async fn ready(State(api): State<Api>) -> Response {
    let mut why = Vec::new();
    // Nothing is older than the beginning of time, so nothing is removed: but the store is written to.
    if let Err(error) = api.store.purge_receipts(jiff::Timestamp::MIN).await {
        why.push(format!("the database {}", error.problem));
    }
    {
        let sender = api.sender.borrow();
        match sender.role {
            SenderRole::Active | SenderRole::Standby(_) => {}
            SenderRole::Starting => why.push("the sender is starting".to_owned()),
            SenderRole::Stopped => why.push("the sender has stopped".to_owned()),
        }
        why.extend(sender.failure().map(str::to_owned));
    }
    if why.is_empty() {
        return json_response(StatusCode::OK, &json!({ "status": "ready" }));
    }
    json_response(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "not ready", "reasons": why }))
}
